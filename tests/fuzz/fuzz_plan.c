/* What an operator wrote, rightly or wrongly: a configuration, a CSV file, a mapping with its
 * table, reason texts, or a whole home. It is either sound, and then it can be used, or refused
 * with a text that helps. The first line picks which; "---" stands between the parts. */
#include "fuzz/fuzz.h"

#include "core/text.h"
#include "plan/plan.h"

#include <unistd.h>

#define HEX_LEN 64

static void check_refusal(const struct err *err)
{
    must(err->kind == ERR_SETUP);
    check_err(err);
}

/* ---- configuration ---- */

/* Commands would be run, and files read: neither is what is tried here. */
static bool names_a_secret_elsewhere(struct input body)
{
    static const char *const ways[] = {"_command", "_file"};

    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        for (size_t at = 0, len = strlen(ways[i]); at + len <= body.len; at++)
            if (memcmp(body.at + at, ways[i], len) == 0)
                return true;
    return false;
}

static void check_setting(const struct settings *settings, const struct option *option)
{
    const char *text = settings_text(settings, option->name);
    int64_t number = settings_int(settings, option->name);
    bool is_url = option->type == OPTION_URL && text;

    check_text(text);
    must(!option->required || text);
    must(option->type != OPTION_INT || !text || (number >= option->min && number <= option->max));
    must(option->type != OPTION_SPAN || !text || settings_span_s(settings, option->name) >= 0);
    must(!is_url || (strncmp(text, "http", 4) == 0 && !strpbrk(text, " \t?#@")));
    (void)settings_bool(settings, option->name);
}

static void check_section(const struct config *config, const struct config_section *section,
                          const struct option *options, struct arena *arena)
{
    struct settings settings;
    struct err err;

    if (!settings_load(config, section, options, arena, &settings, &err)) {
        check_refusal(&err);
        return;
    }
    for (; options->name; options++)
        check_setting(&settings, options);
}

static void try_config(struct input body, struct arena *arena)
{
    const struct option *const tables[] = {
        route_options, schedule_options, reports_options,
        inbox_options, account_options,  connectors()[0]->options,
        NULL};
    struct config config;
    struct err err;

    if (names_a_secret_elsewhere(body))
        return;
    if (!config_parse("tagwerk.conf", body.at, body.len, arena, &config, &err)) {
        check_refusal(&err);
        return;
    }
    for (size_t i = 0; i < config.sections_len; i++) {
        must(*config.sections[i].kind && config.sections[i].line);
        for (const struct option *const *table = tables; *table; table++)
            check_section(&config, &config.sections[i], *table, arena);
    }
}

/* ---- CSV ---- */

static void check_row(const struct csv_row *row, unsigned line, struct arena *arena)
{
    must(row->cells_len && row->line >= line && row->line);
    must(row->cells[0][0] != '#');
    for (size_t i = 0; i < row->cells_len; i++) {
        must(row->cells[i] && text_same(text_trim(arena, row->cells[i]), row->cells[i]));
        check_text(row->cells[i]);
    }
}

static void try_csv(struct input body, struct arena *arena)
{
    struct csv_table table;
    struct err err;

    if (!csv_read("a.csv", body.at, body.len, arena, &table, &err)) {
        check_refusal(&err);
        return;
    }
    check_row(&table.header, 0, arena);
    for (size_t i = 0; i < table.rows_len; i++)
        check_row(&table.rows[i], i ? table.rows[i - 1].line : table.header.line, arena);
}

/* ---- mappings ---- */

static bool knows_no_article(void *context, const struct item *item, struct arena *arena,
                             const struct article **out, struct err *err)
{
    (void)context, (void)item, (void)arena, (void)err;
    *out = NULL;
    return true;
}

static void check_applied(const struct mapping *mapping, enum kind kind, struct arena *arena)
{
    const struct catalogue catalogue = {.find = knows_no_article};
    struct batch batch = batch_of(kind, 1, arena);
    struct record *record = record_copy(batch.entries[0].record, arena);
    struct mapped mapped;
    struct err err;

    must(mapping_apply(mapping, &catalogue, record, arena, &mapped, &err));
    must(mapped.outcome <= OUTCOME_REFUSE && (mapped.outcome == OUTCOME_SEND) == !mapped.code);
    check_text(mapped.text);
    check_text(mapped.rules);
    check_text(mapped.notes);
}

/* The rules, then the table `t`. */
static void try_mapping(struct input *head, struct input body, struct arena *arena)
{
    enum kind kind = input_pick(head, 2) ? KIND_SHIPMENTS : KIND_ORDERS;
    struct mapping_place place = {.dir = work_folder(), .lookup_dir = work_folder(), .kind = kind};
    struct mapping *mapping;
    struct err err;

    (void)work_file(arena_format(arena, "%s.csv", kind_name(kind)), input_part(&body));
    (void)work_file("t.csv", body);
    if (!mapping_load(&place, arena, &mapping, &err)) {
        check_refusal(&err);
        return;
    }
    must(strlen(mapping_hash(mapping)) == HEX_LEN);
    check_applied(mapping, kind, arena);
}

static void try_reasons(struct input body, struct arena *arena)
{
    struct reasons *reasons;
    struct err err;

    (void)work_file("reasons.csv", body);
    if (!reasons_load(work_folder(), arena, &reasons, &err)) {
        check_refusal(&err);
        return;
    }
    check_text(reason_text(reasons, "new", "de"));
    must(text_same(reason_text(reasons, "no such code", "en"), "no such code"));
}

/* ---- a home ---- */

static void check_plan(const struct plan *plan)
{
    for (size_t i = 0; i < plan->routes_len; i++) {
        const struct route *route = &plan->routes[i];

        must(route->from && route->to && route->flows_len);
        must(plan_route(plan, route->name) == route);
        for (size_t k = 0; k < route->flows_len; k++)
            must(route->flows[k].source && route->flows[k].target);
    }
}

static void try_home(struct input body, struct arena *arena)
{
    const char *mappings = arena_format(arena, "%s/mappings", work_folder());
    struct plan plan;
    struct err err;

    if (names_a_secret_elsewhere(body))
        return;
    if (access(mappings, F_OK) != 0)
        must(symlink(arena_format(arena, "%s/mappings", root_folder()), mappings) == 0);
    (void)work_file("tagwerk.conf", body);
    if (!plan_load(work_folder(), NULL, arena, &plan, &err)) {
        check_refusal(&err);
        return;
    }
    check_plan(&plan);
    plan_close(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    AUTO(arena_done) struct arena arena = {0};
    struct input body = input_of(bytes, len), head = input_line(&body);

    switch (input_pick(&head, 5)) {
    case 0:
        try_config(body, &arena);
        break;
    case 1:
        try_csv(body, &arena);
        break;
    case 2:
        try_mapping(&head, body, &arena);
        break;
    case 3:
        try_reasons(body, &arena);
        break;
    default:
        try_home(body, &arena);
        break;
    }
    return 0;
}
