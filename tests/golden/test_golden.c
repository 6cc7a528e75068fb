/* Golden cases: what an operator writes, a record in, a record out; no C. Every *.case of this
 * folder is a test, named by its first line. tests/golden/README.md says how a case is written. */
#include "harness/folder.h"
#include "harness/harness.h"

#include "core/config.h"
#include "core/file.h"
#include "core/text.h"
#include "model/codec.h"
#include "plan/mapping.h"
#include "plan/plan.h"
#include "wire/hash.h"
#include "wire/json.h"

#include <stdlib.h>
#include <unistd.h>

#define SECTIONS_MAX 400
#define CASES_MAX 200

/* "=== name argument", and the lines up to the next one. */
struct section {
    const char *name, *argument, *body;
};

struct golden {
    const char *path, *title;
    struct section sections[SECTIONS_MAX];
    size_t len;
};

/* A case being run. */
struct world {
    const struct golden *golden;
    struct arena keep, scratch;
    const char *folder; /* temporary */
    struct mapping_place place;
    struct settings route;
    struct mapping *mapping;
    struct article *articles;
    size_t articles_len;
    const struct node *base;
    size_t examples;
};

/* ---- reading cases ---- */

static const char *root(void)
{
    const char *path = getenv("TAGWERK_ROOT");

    return path ? path : ".";
}

static struct golden *golden_read(const char *path, struct arena *arena)
{
    AUTO(buf_done) struct buf text = {0};
    struct golden *golden = arena_alloc(arena, sizeof *golden);
    struct err err;
    const char *content, *at;

    if (!file_read(path, &text, NULL, &err))
        fail_msg("%s", err.text);
    content = arena_text(arena, buf_str(&text));
    golden->path = path;
    golden->title = arena_slice(arena, content, strcspn(content, "\n"));
    golden->title += strspn(golden->title, "# ");
    for (at = strstr(content, "\n=== "); at && golden->len < SECTIONS_MAX;) {
        const char *head = at + strlen("\n=== "), *body = head + strcspn(head, "\n");
        const char *next = strstr(body, "\n=== ");
        const char *name = arena_slice(arena, head, (size_t)(body - head));
        size_t blank = strcspn(name, " ");

        golden->sections[golden->len++] =
            (struct section){.name = arena_slice(arena, name, blank),
                             .argument = text_trim(arena, arena_text(arena, name + blank)),
                             .body = next ? arena_slice(arena, body, (size_t)(next - body))
                                          : arena_text(arena, body)};
        at = next;
    }
    return golden;
}

static const struct section *section_of(const struct world *world, const char *name)
{
    for (size_t i = 0; i < world->golden->len; i++)
        if (text_same(world->golden->sections[i].name, name))
            return &world->golden->sections[i];
    return NULL;
}

static const struct node *parse(struct world *world, const char *text)
{
    const struct node *node;
    struct err err;

    if (!json_parse(text, strlen(text), &world->keep, &node, &err))
        fail_msg("%s: %s: %s", world->golden->path, err.text, text);
    return node;
}

/* ---- setting the world up ---- */

static void must(bool done, const struct world *world, const struct err *err)
{
    if (!done)
        fail_msg("%s: %s", world->golden->path, err->text);
}

static const char *path_of(struct world *world, const char *folder, const char *name)
{
    return arena_format(&world->keep, "%s/%s.csv", folder, name);
}

static void write_file(struct world *world, const char *path, const char *body)
{
    struct err err;

    body += *body == '\n';
    must(file_put(path, body, strlen(body), &err), world, &err);
}

/* The shipped tables, but for those that the case brings itself. */
static void set_tables_up(struct world *world)
{
    const char *shipped = arena_format(&world->keep, "%s/mappings/lookup", root());
    const char *const *names;
    size_t count;
    struct err err;

    world->place.lookup_dir = shipped;
    if (!section_of(world, "lookup"))
        return;
    world->place.lookup_dir = arena_format(&world->keep, "%s/lookup", world->folder);
    must(folder_make(world->place.lookup_dir, &err), world, &err);
    must(folder_list(shipped, &world->keep, &names, &count, &err), world, &err);
    for (size_t i = 0; i < count; i++) {
        AUTO(buf_done) struct buf text = {0};
        const char *from = arena_format(&world->keep, "%s/%s", shipped, names[i]);

        must(file_read(from, &text, NULL, &err), world, &err);
        write_file(world, arena_format(&world->keep, "%s/%s", world->place.lookup_dir, names[i]),
                   buf_str(&text));
    }
    for (size_t i = 0; i < world->golden->len; i++) {
        const struct section *section = &world->golden->sections[i];

        if (text_same(section->name, "lookup"))
            write_file(world, path_of(world, world->place.lookup_dir, section->argument),
                       section->body);
    }
}

static void set_own_mapping_up(struct world *world, const struct section *own)
{
    assert_true(kind_from_name(own->argument, &world->place.kind));
    world->place.dir = world->folder;
    write_file(world, path_of(world, world->folder, own->argument), own->body);
}

static void set_shipped_mapping_up(struct world *world, const struct section *shipped)
{
    const char *slash = strchr(shipped->argument, '/');

    if (!slash || !kind_from_name(slash + 1, &world->place.kind))
        fail_msg("%s: `=== shipped DIR/KIND` names no kind", world->golden->path);
    world->place.dir =
        arena_format(&world->keep, "%s/mappings/%s", root(),
                     arena_slice(&world->keep, shipped->argument, strcspn(shipped->argument, "/")));
}

static void set_mapping_up(struct world *world)
{
    const struct section *own = section_of(world, "mapping"),
                         *shipped = section_of(world, "shipped");

    if (own)
        set_own_mapping_up(world, own);
    else if (shipped)
        set_shipped_mapping_up(world, shipped);
    else
        fail_msg("%s: neither `=== mapping KIND` nor `=== shipped DIR/KIND`", world->golden->path);
}

static void set_route_up(struct world *world)
{
    const struct section *section = section_of(world, "route");
    const char *text;
    struct config config;
    struct err err;

    text = arena_format(&world->keep, "[route case]\nfrom = a\nto = b\n%s",
                        section ? section->body : "");
    must(config_parse("tagwerk.conf", text, strlen(text), &world->keep, &config, &err), world,
         &err);
    must(settings_load(&config, config.sections, route_options, &world->keep, &world->route, &err),
         world, &err);
}

static void set_catalogue_up(struct world *world)
{
    const struct section *section = section_of(world, "catalogue");
    const struct node *list;

    if (!section)
        return;
    list = parse(world, section->body);
    world->articles = arena_array(&world->keep, 100, sizeof *world->articles);
    for (const struct node *node = list->child; node; node = node->next) {
        struct record *record;
        struct err err;

        must(record_get(node, KIND_ARTICLES, &world->keep, &record, &err), world, &err);
        world->articles[world->articles_len++] = *ARTICLE(record);
    }
}

static bool find_article(void *context, const struct item *item, struct arena *arena,
                         const struct article **out, struct err *err)
{
    const struct world *world = context;

    (void)arena;
    (void)err;
    *out = NULL;
    for (size_t i = 0; i < world->articles_len; i++) {
        const struct article *article = &world->articles[i];

        if (text_same(article->head.ref, item->product_ref) ||
            (item->sku && text_same(article->sku, item->sku)))
            *out = article;
    }
    return true;
}

static bool find_owner(void *context, const char *field, const char *value, struct arena *arena,
                       const char **out, struct err *err)
{
    const struct world *world = context;

    (void)arena;
    (void)err;
    *out = NULL;
    for (size_t i = 0; i < world->articles_len && !*out; i++) {
        const struct article *article = &world->articles[i];

        if (text_same(text_same(field, "sku") ? article->sku : article->ean, value))
            *out = article->head.ref;
    }
    return true;
}

/* ---- examples ---- */

/* The base's keys, but for those that the example says itself. */
static struct node *merged(struct world *world, const struct node *example)
{
    struct node *map = node_add(&world->keep, NULL, NODE_MAP, NULL, NULL);
    const struct node *from[] = {world->base, example};

    for (size_t i = 0; i < ARRAY_LEN(from); i++) {
        for (const struct node *child = from[i] ? from[i]->child : NULL; child;
             child = child->next) {
            struct node *copy;

            if (from[i] == world->base && node_first(example, child->name))
                continue;
            copy = node_add(&world->keep, map, child->type, child->name, child->text);
            copy->child = child->child;
            copy->last = child->last;
        }
    }
    return map;
}

static bool same_tree(const struct node *expected, const struct node *actual, bool exact);

static bool same_map(const struct node *expected, const struct node *actual, bool exact)
{
    for (const struct node *child = expected->child; child; child = child->next) {
        const struct node *other = node_first(actual, child->name);

        if (child->type == NODE_NULL ? other != NULL : !other || !same_tree(child, other, exact))
            return false;
    }
    for (const struct node *child = exact ? actual->child : NULL; child; child = child->next)
        if (!node_first(expected, child->name))
            return false;
    return true;
}

static bool same_tree(const struct node *expected, const struct node *actual, bool exact)
{
    const struct node *a = expected->child, *b = actual->child;

    if (expected->type != actual->type)
        return false;
    if (expected->type == NODE_MAP)
        return same_map(expected, actual, exact);
    if (expected->type != NODE_LIST)
        return text_same(expected->text, actual->text);
    for (; a && b; a = a->next, b = b->next)
        if (!same_tree(a, b, exact))
            return false;
    return !a && !b;
}

static void check_record(struct world *world, const struct section *in, const struct section *out,
                         const struct record *record)
{
    AUTO(buf_done) struct buf text = {0};
    struct json_out json = json_begin(&text);

    record_put(&json, record, 0);
    if (!same_tree(parse(world, out->body), parse(world, buf_str(&text)),
                   text_same(out->name, "out")))
        fail_msg("%s: in %s: expected %s\nbut got\n%s", world->golden->path, in->argument,
                 out->body, buf_str(&text));
}

static const char *outcome_text(struct world *world, const struct mapped *mapped)
{
    static const char *const words[] = {
        [OUTCOME_SEND] = "send", [OUTCOME_SKIP] = "skip", [OUTCOME_REFUSE] = "refuse"};
    const char *word = words[mapped->outcome];

    return mapped->code ? arena_format(&world->keep, "%s %s", word, mapped->code) : word;
}

/* What a line of the result speaks of; *expected is what it says of that. */
static const char *spoken_of(struct world *world, const char *line, const struct mapped *mapped,
                             const char **expected)
{
    const struct {
        const char *word, *actual;
    } words[] = {{"notes", mapped->notes}, {"rules", mapped->rules}, {"text", mapped->text}};
    size_t len = strcspn(line, " ");

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strlen(words[i].word) != len || strncmp(line, words[i].word, len) != 0)
            continue;
        *expected = line + len + strspn(line + len, " ");
        return words[i].actual ? words[i].actual : "";
    }
    *expected = line;
    return outcome_text(world, mapped);
}

/* "send", "notes …", "rules …", "text …": what no line mentions is not asked. */
static void check_result(struct world *world, const struct section *in, const char *body,
                         const struct mapped *mapped)
{
    const char *const *lines = text_split(&world->keep, body, '\n', NULL);

    for (; *lines; lines++) {
        const char *expected, *actual = spoken_of(world, *lines, mapped, &expected);

        if (**lines && !text_same(expected, actual))
            fail_msg("%s: in %s: expected '%s', but got '%s' (%s; %s; notes '%s')",
                     world->golden->path, in->argument, *lines, actual, outcome_text(world, mapped),
                     mapped->text ? mapped->text : "", mapped->notes);
    }
}

static void run_example(struct world *world, size_t at)
{
    const struct golden *golden = world->golden;
    const struct section *in = &golden->sections[at], *result = NULL;
    const struct catalogue catalogue = {
        .find = find_article, .owner = find_owner, .context = world};
    struct record *record;
    struct mapped mapped;
    struct err err;

    must(record_get(merged(world, parse(world, in->body)), world->place.kind, &world->keep, &record,
                    &err),
         world, &err);
    must(mapping_apply(world->mapping, &catalogue, record, &world->scratch, &mapped, &err), world,
         &err);
    for (size_t i = at + 1; i < golden->len && !text_same(golden->sections[i].name, "in"); i++) {
        const struct section *section = &golden->sections[i];

        if (text_same(section->name, "out") || text_same(section->name, "has"))
            check_record(world, in, section, record);
        else if (text_same(section->name, "result"))
            result = section;
    }
    check_result(world, in, result ? result->body : "send", &mapped);
    arena_reset(&world->scratch);
    world->examples++;
}

static void run_examples(struct world *world)
{
    for (size_t i = 0; i < world->golden->len; i++) {
        const struct section *section = &world->golden->sections[i];

        if (text_same(section->name, "base"))
            world->base = parse(world, section->body);
        else if (text_same(section->name, "in"))
            run_example(world, i);
    }
    if (!world->examples)
        fail_msg("%s: no example: neither `=== in` nor `=== error`", world->golden->path);
}

static void check_error(struct world *world, bool loaded, const struct err *err,
                        const struct section *expected)
{
    if (loaded)
        fail_msg("%s: the mapping was loaded", world->golden->path);
    assert_says(*err, ERR_SETUP, text_trim(&world->keep, expected->body));
}

static void take_down(struct world *world)
{
    tree_remove(world->folder);
    arena_done(&world->scratch);
    arena_done(&world->keep);
}

static void run_case(void **state)
{
    struct world world = {.golden = *state};
    char folder[] = "/tmp/tagwerk-golden-XXXXXX";
    const struct section *error = section_of(&world, "error");
    struct err err;
    bool loaded;

    assert_non_null(mkdtemp(folder));
    world.folder = folder;
    world.place.route = &world.route;
    set_tables_up(&world);
    set_mapping_up(&world);
    set_route_up(&world);
    set_catalogue_up(&world);
    loaded = mapping_load(&world.place, &world.keep, &world.mapping, &err);
    if (error) {
        check_error(&world, loaded, &err, error);
    } else {
        must(loaded, &world, &err);
        run_examples(&world);
    }
    take_down(&world);
}

/* ---- all cases ---- */

static bool is_case(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && text_same(name + len - 5, ".case");
}

int main(void)
{
    static struct CMUnitTest tests[CASES_MAX];
    struct arena arena = {0};
    const char *folder = arena_format(&arena, "%s/tests/golden", root());
    const char *const *names;
    size_t count, len = 0;
    struct err err;
    int failed;

    if (!hash_open(&err) || !folder_list(folder, &arena, &names, &count, &err)) {
        (void)fprintf(stderr, "test_golden: %s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < count && len < CASES_MAX; i++) {
        struct golden *golden;

        if (!is_case(names[i]))
            continue;
        golden = golden_read(arena_format(&arena, "%s/%s", folder, names[i]), &arena);
        tests[len++] = (struct CMUnitTest){golden->title, run_case, NULL, NULL, golden};
    }
    failed = _cmocka_run_group_tests("golden", tests, len, NULL, NULL);
    arena_done(&arena);
    return failed || !len;
}
