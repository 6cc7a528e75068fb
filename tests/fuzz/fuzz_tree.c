/* JSON and XML from anywhere: what parses is a sound tree, and written again it is the same tree.
 * The first line picks the syntax and how much room there is to write it again. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "wire/json.h"
#include "wire/xml.h"

typedef void put_fn(struct buf *out, const struct node *root);

static bool has_text(const struct node *node)
{
    return node->type == NODE_TEXT || node->type == NODE_NUMBER || node->type == NODE_BOOL;
}

static void check_tree(const struct node *node, unsigned depth)
{
    const struct node *last = NULL;

    must(depth <= TREE_DEPTH_MAX);
    must(has_text(node) == (node->text != NULL));
    must(!node->child || node->type == NODE_MAP || node->type == NODE_LIST);
    check_text(node->name);
    check_text(node->text);
    for (const struct node *child = node->child; child; child = child->next) {
        must(node->type == NODE_LIST ? !child->name : child->name != NULL);
        check_tree(child, depth + 1);
        last = child;
    }
    must(node->last == last);
}

/* A child is found by its name, or hidden behind the first of that name. */
static void check_named(const struct node *node, const char *name)
{
    const struct node *found = node_first(node, name);

    must(found && text_same_nocase(found->name, name));
    if (*name && !strchr(name, '.'))
        must(node_at(node, name) == found);
}

static void check_paths(const struct node *node)
{
    for (const struct node *child = node->child; child; child = child->next)
        if (child->name)
            check_named(node, child->name);
    must(node_text(node, "") == (has_text(node) ? node->text : NULL));
}

static bool same(const struct node *a, const struct node *b)
{
    const struct node *x = a->child, *y = b->child;

    if (a->type != b->type || !text_same(a->name, b->name) || !text_same(a->text, b->text))
        return false;
    while (x && y && same(x, y)) {
        x = x->next;
        y = y->next;
    }
    return !x && !y;
}

/* ---- written again ---- */

static void json_node(struct json_out *out, const struct node *node)
{
    if (node->name && out->depth)
        json_key(out, node->name);
    switch (node->type) {
    case NODE_NULL:
        json_null(out);
        break;
    case NODE_TEXT:
        json_text(out, node->text);
        break;
    case NODE_BOOL:
    case NODE_NUMBER:
        json_raw(out, node->text);
        break;
    case NODE_LIST:
    case NODE_MAP:
        node->type == NODE_MAP ? json_map(out) : json_list(out);
        for (const struct node *child = node->child; child; child = child->next)
            json_node(out, child);
        node->type == NODE_MAP ? json_map_end(out) : json_list_end(out);
        break;
    }
}

static void put_json(struct buf *out, const struct node *root)
{
    struct json_out json = json_begin(out);

    json_node(&json, root);
}

static void put_xml(struct buf *out, const struct node *node)
{
    if (node->type == NODE_TEXT) {
        xml_leaf(out, node->name, node->text);
        return;
    }
    xml_open(out, node->name);
    for (const struct node *child = node->child; child; child = child->next)
        put_xml(out, child);
    xml_close(out, node->name);
}

/* Too little room loses bytes, and says so. */
static void check_ceiling(put_fn *put, const struct node *root, const struct buf *whole, size_t max)
{
    AUTO(buf_done) struct buf cut = {.max = max};
    struct err err;

    put(&cut, root);
    must(cut.len <= max && cut.over == (whole->len > max));
    must(cut.len <= whole->len &&
         memcmp(buf_str(&cut), buf_str(whole), cut.over ? 0 : cut.len) == 0);
    if (!buf_whole(&cut, "a tree", &err))
        check_err(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input body = input_of(bytes, len), head = input_line(&body);
    bool is_xml = input_pick(&head, 2);
    size_t max = (size_t)1 << input_pick(&head, 12);
    AUTO(arena_done) struct arena arena = {0};
    AUTO(buf_done) struct buf again = {0};
    put_fn *put = is_xml ? put_xml : put_json;
    const struct node *root = NULL, *second = NULL;
    struct err err = {0};

    if (!(is_xml ? xml_parse : json_parse)(body.at, body.len, &arena, &root, &err)) {
        must(!root && err.kind == ERR_RECORD);
        check_err(&err);
        return 0;
    }
    must(root != NULL);
    check_tree(root, 1);
    check_paths(root);
    put(&again, root);
    must((is_xml ? xml_parse : json_parse)(again.data, again.len, &arena, &second, &err));
    must(same(root, second));
    check_ceiling(put, root, &again, max);
    return 0;
}
