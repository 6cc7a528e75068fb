#include "wire/tree.h"

#include <strings.h>

struct node *node_add(struct arena *arena, struct node *parent, enum node_type type,
                      const char *name, const char *text)
{
    struct node *node = arena_alloc(arena, sizeof *node);

    node->type = type;
    node->name = name;
    node->name_len = name ? (unsigned)strlen(name) : 0;
    node->text = text;
    if (!parent)
        return node;
    if (parent->last)
        parent->last->next = node;
    else
        parent->child = node;
    parent->last = node;
    return node;
}

static bool has_name(const struct node *node, const char *name, size_t len)
{
    return node->name_len == len && ((node->name[0] ^ name[0]) & ~0x20) == 0 &&
           strncasecmp(node->name, name, len) == 0;
}

/* The first of `node` and its later siblings that has the name; NULL is the name of a list's
 * elements. */
static const struct node *named(const struct node *node, const char *name, size_t len)
{
    for (; node; node = node->next) {
        if (!name && !node->name)
            return node;
        if (name && node->name && has_name(node, name, len))
            return node;
    }
    return NULL;
}

const struct node *node_at(const struct node *node, const char *path)
{
    while (node && *path) {
        size_t len = 0;

        while (path[len] && path[len] != '.')
            len++;
        node = named(node->child, path, len);
        path += len;
        path += *path == '.';
    }
    return node;
}

const char *node_text(const struct node *node, const char *path)
{
    const struct node *leaf = node_at(node, path);

    return leaf ? leaf->text : NULL;
}

const struct node *node_first(const struct node *parent, const char *name)
{
    return parent ? named(parent->child, name, name ? strlen(name) : 0) : NULL;
}

const struct node *node_next(const struct node *node)
{
    return named(node->next, node->name, node->name ? strlen(node->name) : 0);
}
