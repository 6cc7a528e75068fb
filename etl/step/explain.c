/* explain.c: the life of one order on one screen: found when, staged where, which mapping rows did
 * what, sent and settled when, under which id at the target, its parcels, and what was written
 * back. */
#include "core/clock.h"
#include "core/text.h"
#include "step/inspect.h"
#include "step/step.h"
#include "wire/csv.h"

static void print_time(const char *what, int64_t utc, const char *more)
{
    char text[ISO_TEXT_SIZE];

    if (said(utc))
        (void)printf("  %-12s %s%s%s\n", what, iso_text(utc, text), more ? "  " : "",
                     more ? more : "");
}

static void print_pair(const char *what, const char *value)
{
    if (!text_is_empty(value))
        (void)printf("  %-12s %s\n", what, value);
}

/* The line that a run staged for the record; *found false when it is no longer there. */
static bool find_outline(const struct plan *plan, const struct ledger_row *row, const char *run,
                         struct arena *arena, struct outline *out, char path[static PATH_SIZE],
                         bool *found, struct err *err)
{
    AUTO(staging_in_close) struct staging_in in = {0};
    struct job job = {.plan = plan};
    char folder[PATH_SIZE];
    const char *text;
    size_t len;

    *found = false;
    if (!run_folder(&job, row->route, run, folder, err) ||
        !staging_file(folder, row->kind, "out", path, err))
        return false;
    if (!file_exists(path))
        return true;
    if (!staging_open(path, arena, &in, err))
        return false;
    while (!*found && staging_next(&in, &text, &len, err) == NEXT_ITEM) {
        struct arena_mark mark = arena_mark(arena);

        *found = outline_get(text, len, row->kind, arena, out, err) &&
                 text_same(out->record->ref, row->ref);
        if (!*found)
            arena_rewind(arena, mark);
    }
    return true;
}

static void print_rule(const struct csv_table *table, const char *line)
{
    for (size_t i = 0; i < table->rows_len; i++) {
        const struct csv_row *rule = &table->rows[i];
        char number[16];

        (void)snprintf(number, sizeof number, "%u", rule->line);
        if (!text_same(number, line))
            continue;
        (void)printf("  %-12s   line %s:", "", line);
        for (size_t c = 0; c < rule->cells_len; c++)
            (void)printf("%s%s", *rule->cells[c] ? " " : "", rule->cells[c]);
        (void)printf("\n");
    }
}

/* The rules that did something, as the operator wrote them; the file may have changed since, which
 * its hash in the manifest tells. */
static bool print_rules(const struct plan *plan, const struct ledger_row *row, const char *lines,
                        struct arena *arena, struct err *err)
{
    const struct route *route = plan_route(plan, row->route);
    const char *path =
        route ? arena_format(arena, "%s/%s.csv", route->mapping_dir, kind_name(row->kind)) : "";
    const char *const *line;
    struct csv_table table;

    if (text_is_empty(lines) || !file_exists(path))
        return true;
    if (!csv_load(path, arena, &table, err))
        return false;
    (void)printf("  %-12s %s\n", "rules", path);
    for (line = text_split(arena, lines, ' ', NULL); *line; line++)
        print_rule(&table, *line);
    return true;
}

static bool print_staged(const struct plan *plan, const struct ledger_row *row, const char *run,
                         struct arena *arena, struct err *err)
{
    struct outline line;
    char path[PATH_SIZE];
    bool found;

    if (!find_outline(plan, row, run, arena, &line, path, &found, err))
        return false;
    if (!found)
        return true;
    print_pair("staged", path);
    if (row->kind == KIND_SHIPMENTS) {
        print_pair("tracking", SHIPMENT_OF(line.record)->tracking);
        print_pair("method", SHIPMENT_OF(line.record)->method);
    }
    return print_rules(plan, row, line.rules, arena, err);
}

static void print_event(const struct event_row *event, bool first)
{
    char text[ISO_TEXT_SIZE];

    (void)printf("  %-12s %s  %s, revision %u, run %s%s%s\n", first ? "history" : "",
                 iso_text(event->at_utc, text), event->what, event->revision, event->run,
                 event->text ? ": " : "", event->text ? event->text : "");
}

/* What was staged is shown as of the run that last settled it: later runs may leave the record out.
 */
static bool print_life(struct ledger *ledger, const struct plan *plan, const struct ledger_row *row,
                       struct arena *arena, struct err *err)
{
    struct event_row *events;
    size_t count;

    if (!ledger_events(ledger, row->route, row->kind, row->ref, arena, &events, &count, err) ||
        !print_staged(plan, row, count ? events[count - 1].run : row->run, arena, err))
        return false;
    for (size_t i = 0; i < count; i++)
        print_event(&events[i], i == 0);
    return true;
}

static void print_word(const struct ledger_row *row, const struct reasons *reasons,
                       const char *language)
{
    (void)printf("%s %s  (route %s)\n", kind_name(row->kind), row->ref, row->route);
    (void)printf("  %-12s %s: %s (%s), run %s\n", "state", state_name(row->state), row->reason,
                 reason_text(reasons, row->reason, language), row->run);
    print_pair("detail", row->detail);
    print_pair("notes", row->notes);
    print_time("found", row->found_utc, row->found_run);
    if (said(row->weight_g))
        (void)printf("  %-12s %lld g%s%s\n", "weight", (long long)row->weight_g,
                     row->weight_from ? ", from " : "", row->weight_from ? row->weight_from : "");
    if (row->revision)
        (void)printf("  %-12s %s, revision %u\n", "effect", effect_name(row->effect),
                     row->revision);
    print_time("sent", row->sent_utc, NULL);
    print_time("settled", row->settled_utc, NULL);
    print_pair("target id", row->target_id);
    print_pair("fingerprint", row->at_target ? row->at_target : row->fingerprint);
}

/* The record itself first, then what belongs to it. */
static bool print_rows(struct ledger *ledger, const struct plan *plan,
                       const struct ledger_row *rows, size_t count, const char *ref,
                       const struct reasons *reasons, struct arena *arena, struct err *err)
{
    for (int own = 1; own >= 0; own--)
        for (size_t i = 0; i < count; i++) {
            if (text_same(rows[i].ref, ref) != (own == 1))
                continue;
            print_word(&rows[i], reasons, plan->language);
            if (!print_life(ledger, plan, &rows[i], arena, err))
                return false;
        }
    return true;
}

bool inspect_order(const struct plan *plan, const char *ref, struct arena *arena, int *code,
                   struct err *err)
{
    AUTO(ledger_close_at) struct ledger *ledger = NULL;
    char lookup[PATH_SIZE];
    struct reasons *reasons;
    struct ledger_row *rows;
    size_t count = 0;
    bool missing;

    if (!inspect_ledger(plan, &ledger, &missing, err) ||
        !path_join(lookup, err, plan->home, "mappings", "lookup", NULL) ||
        !reasons_load(lookup, arena, &reasons, err))
        return false;
    if (!missing && !ledger_find(ledger, ref, arena, &rows, &count, err))
        return false;
    if (count == 0) {
        (void)printf("no run has met '%s'; is it the source's order id?\n", ref);
        *code = EXIT_REFUSED;
        return true;
    }
    return print_rows(ledger, plan, rows, count, ref, reasons, arena, err);
}
