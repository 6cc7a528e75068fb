/* Any record through the shipped mappings: it is sent, skipped or refused with a reason, the reason
 * names nobody, and the line for staging can be read again. The first line picks the kind and
 * whether what is personal is told apart; the rest is the record. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "model/codec.h"
#include "plan/plan.h"
#include "step/step.h"
#include "wire/hash.h"
#include "wire/json.h"

static const enum kind kinds[] = {KIND_ORDERS, KIND_SHIPMENTS};

/* ---- the mappings, loaded once ---- */

static struct arena keep;

static struct settings route_settings(void)
{
    static const char text[] = "[route fuzz]\nfrom = a\nto = b\ntag = done\n";
    struct settings settings;
    struct config config;
    struct err err;

    must(config_parse("fuzz.conf", text, sizeof text - 1, &keep, &config, &err));
    must(settings_load(&config, &config.sections[0], route_options, &keep, &settings, &err));
    return settings;
}

static const struct mapping *mapping_of(enum kind kind)
{
    static struct mapping *loaded[KIND_COUNT];
    static struct settings route;
    struct err err;

    if (!loaded[kind]) {
        struct mapping_place place = {.kind = kind, .route = &route};

        place.dir = arena_format(&keep, "%s/mappings/afterbuy-sendcloud", root_folder());
        place.lookup_dir = arena_format(&keep, "%s/mappings/lookup", root_folder());
        route = route_settings();
        must(hash_open(&err) && mapping_load(&place, &keep, &loaded[kind], &err));
    }
    return loaded[kind];
}

/* Every second article is known. */
static bool find_article(void *context, const struct item *item, struct arena *arena,
                         const struct article **out, struct err *err)
{
    const char *name = item->product_ref ? item->product_ref : item->sku;
    struct batch batch = batch_of(KIND_ARTICLES, 1, arena);

    (void)context, (void)err;
    *out = name && text_hash(name) % 2 ? ARTICLE_OF(batch.entries[0].record) : NULL;
    return true;
}

/* ---- what is personal ---- */

static void mark_private(struct record *record, struct arena *arena)
{
    const struct shape *shape = shape_of(record->kind);

    for (size_t i = 0; i < shape->fields_len; i++) {
        const struct field *field = &shape->fields[i];

        if (field->type == FIELD_TEXT && (field->flags & FIELD_PRIVATE))
            *field_text(field, record) =
                arena_format(arena, "%s " FUZZ_SECRET,
                             *field_text(field, record) ? *field_text(field, record) : "");
    }
}

/* ---- applying ---- */

static void check_mapped(const struct mapped *mapped)
{
    must(mapped->outcome <= OUTCOME_REFUSE);
    must((mapped->outcome == OUTCOME_SEND) == !mapped->code);
    check_text(mapped->code);
    check_text(mapped->text);
    check_text(mapped->rules);
    check_text(mapped->notes);
}

static void check_line(const struct mapped *mapped, struct record *record, struct arena *arena)
{
    AUTO(buf_done) struct buf text = {0}, scratch = {0};
    struct json_out json = json_begin(&text);
    struct outline line = {.outcome = mapped->outcome,
                           .code = mapped->code,
                           .text = mapped->text,
                           .rules = mapped->rules,
                           .notes = mapped->notes,
                           .record = record};
    struct err err;

    outline_put(&json, &line, &scratch);
    must(outline_get(text.data, text.len, record->kind, arena, &line, &err));
    must(line.outcome == mapped->outcome && text_same(line.code, mapped->code));
}

/* What goes out has a weight, and Sendcloud's limits are kept. */
static void check_order(const struct order *order)
{
    must(said(order->weight_g));
    must(!order->ship_to.name || utf8_count(order->ship_to.name) <= 50);
    must(!order->ship_to.city || utf8_count(order->ship_to.city) <= 30);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(arena_done) struct arena arena = {0};
    struct input body = input_of(bytes, len), head = input_line(&body);
    enum kind kind = kinds[input_pick(&head, ARRAY_LEN(kinds))];
    bool is_marked = input_pick(&head, 2);
    const struct catalogue catalogue = {.find = find_article};
    const struct node *root;
    struct record *record;
    struct mapped mapped;
    struct err err;

    if (!json_parse(body.at, body.len, &arena, &root, &err) ||
        !record_get(root, kind, &arena, &record, &err))
        return 0;
    if (is_marked)
        mark_private(record, &arena);
    must(mapping_apply(mapping_of(kind), &catalogue, record, &arena, &mapped, &err));
    check_mapped(&mapped);
    check_line(&mapped, record, &arena);
    if (!is_marked)
        check_record(record, &arena);
    if (kind == KIND_ORDERS && mapped.outcome == OUTCOME_SEND)
        check_order(ORDER_OF(record));
    return 0;
}
