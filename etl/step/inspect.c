#include "step/inspect.h"

#include "connector/session.h"
#include "core/clock.h"
#include "core/text.h"
#include "step/step.h"

#include <inttypes.h>

#define QUOTA_WARN_PERCENT 80

/* ---- check ---- */

static void print_route(const struct route *route)
{
    (void)printf("route %s: %s -> %s\n", route->name, route->from->name, route->to->name);
    for (size_t i = 0; i < route->flows_len; i++) {
        const struct flow *flow = &route->flows[i];

        (void)printf("  %-10s %s -> %s%s", kind_name(flow->kind), flow->source->name,
                     flow->target->name, flow->sink ? "" : " (kept as catalogue)");
        if (flow->mapping)
            (void)printf("  %zu rules, mapping %.12s", mapping_rules(flow->mapping),
                         mapping_hash(flow->mapping));
        (void)printf("\n");
    }
}

void inspect_plan(const struct plan *plan)
{
    for (size_t i = 0; i < plan->routes_len; i++)
        print_route(&plan->routes[i]);
}

/* ---- status ---- */

bool inspect_ledger(const struct plan *plan, struct ledger **out, bool *missing, struct err *err)
{
    char path[PATH_SIZE];

    if (!path_join(path, err, plan->home, "staging", "ledger.db", NULL))
        return false;
    *missing = !file_exists(path);
    if (*missing)
        (void)printf("%s: no run yet; begin with `tagwerk run`\n", plan->home);
    return *missing || ledger_open_readonly(path, out, err);
}

static const char *time_or(int64_t utc, const char *other, char out[static ISO_TEXT_SIZE])
{
    return said(utc) ? iso_text(utc, out) : other;
}

static bool print_runs(struct ledger *ledger, struct arena *arena, struct err *err)
{
    struct run_row *rows;
    size_t count;
    char begun[ISO_TEXT_SIZE], ended[ISO_TEXT_SIZE];

    if (!ledger_runs(ledger, NULL, 10, arena, &rows, &count, err))
        return false;
    (void)printf("%-21s %-24s %-10s %-21s %-21s exit\n", "run", "route", "command", "begun",
                 "ended");
    for (size_t i = 0; i < count; i++) {
        (void)printf("%-21s %-24s %-10s %-21s %-21s ", rows[i].run, rows[i].route, rows[i].command,
                     time_or(rows[i].begun_utc, "", begun),
                     time_or(rows[i].ended_utc, "did not end", ended));
        if (said(rows[i].exit_code))
            (void)printf("%lld\n", (long long)rows[i].exit_code);
        else
            (void)printf("-\n");
    }
    return true;
}

static bool print_flow(struct ledger *ledger, const struct flow *flow, struct arena *arena,
                       struct err *err)
{
    static const enum effect open[] = {EFFECT_PLANNED, EFFECT_SENT, EFFECT_UNSURE};
    char text[ISO_TEXT_SIZE];
    int64_t watermark_utc;

    if (!ledger_watermark(ledger, flow->route->name, flow->kind, &watermark_utc, err))
        return false;
    (void)printf("%-24s %-10s read until %-21s", flow->route->name, kind_name(flow->kind),
                 flow->feed ? time_or(watermark_utc, "never", text) : "-");
    for (size_t i = 0; i < ARRAY_LEN(open); i++) {
        struct ledger_row *rows;
        size_t count;

        if (!ledger_effects(ledger, flow->route->name, flow->kind, open[i], NULL, 100000, arena,
                            &rows, &count, err))
            return false;
        if (count)
            (void)printf("  %s %zu", effect_name(open[i]), count);
    }
    (void)printf("\n");
    return true;
}

/* "61000 calls in 2024-06, of 100000: at this pace 122000 by the month's end (WARNING ...)" */
static void print_quota(uint64_t calls, unsigned month_calls, const struct civil *now)
{
    int64_t begun_utc = civil_seconds(&(struct civil){now->year, now->month, 1, 0, 0, 0});
    int64_t ends_utc = civil_seconds(
        &(struct civil){now->year + now->month / 12, now->month % 12 + 1, 1, 0, 0, 0});
    int64_t passed_s = civil_seconds(now) - begun_utc + 1;
    uint64_t by_end = calls * (uint64_t)(ends_utc - begun_utc) / (uint64_t)passed_s;

    (void)printf(", of %u; at this pace %" PRIu64 " by the month's end", month_calls, by_end);
    if (calls * 100 >= (uint64_t)month_calls * QUOTA_WARN_PERCENT)
        (void)printf(" (WARNING: %" PRIu64 " percent are used up)", calls * 100 / month_calls);
    else if (by_end > month_calls)
        (void)printf(" (WARNING: more than there are)");
}

static bool print_calls(struct ledger *ledger, const struct plan *plan, struct err *err)
{
    struct civil now = civil_from_seconds(clock_utc());
    char month[16];

    (void)snprintf(month, sizeof month, "%04u-%02u", (unsigned)now.year % 10000U,
                   (unsigned)now.month % 100U);
    for (size_t i = 0; i < plan->accounts_len; i++) {
        uint64_t calls;

        if (!ledger_calls(ledger, plan->accounts[i].name, month, &calls, err))
            return false;
        (void)printf("account %-16s %" PRIu64 " calls in %s", plan->accounts[i].name, calls, month);
        if (plan->accounts[i].connector->limits.month_calls)
            print_quota(calls, plan->accounts[i].connector->limits.month_calls, &now);
        (void)printf("\n");
    }
    return true;
}

static bool print_status(struct ledger *ledger, const struct plan *plan, struct arena *arena,
                         struct err *err)
{
    if (!print_runs(ledger, arena, err))
        return false;
    for (size_t r = 0; r < plan->routes_len; r++)
        for (size_t f = 0; f < plan->routes[r].flows_len; f++)
            if (!print_flow(ledger, &plan->routes[r].flows[f], arena, err))
                return false;
    return print_calls(ledger, plan, err);
}

bool inspect_status(const struct plan *plan, struct arena *arena, struct err *err)
{
    AUTO(ledger_close_at) struct ledger *ledger = NULL;
    bool missing;

    return inspect_ledger(plan, &ledger, &missing, err) &&
           (missing || print_status(ledger, plan, arena, err));
}

/* ---- systems, example ---- */

static bool has_feed(const struct connector *connector, enum kind kind)
{
    for (const struct feed *feed = connector->feeds; feed && feed->ask; feed++)
        if (feed->kind == kind)
            return true;
    return false;
}

static bool has_sink(const struct connector *connector, enum kind kind)
{
    for (const struct sink *sink = connector->sinks; sink && sink->write; sink++)
        if (sink->kind == kind)
            return true;
    return false;
}

static void print_system(const struct connector *connector)
{
    static const char *const ways[] = {"-", "takes", "gives", "gives,takes"};

    (void)printf("%-12s", connector->name);
    for (size_t i = 0; i < KIND_COUNT; i++)
        (void)printf(
            " %-11s",
            ways[2 * has_feed(connector, (enum kind)i) + has_sink(connector, (enum kind)i)]);
    (void)printf(" %s\n", connector->hook ? "yes" : "-");
}

void inspect_systems(void)
{
    (void)printf("%-12s", "system");
    for (size_t kind = 0; kind < KIND_COUNT; kind++)
        (void)printf(" %-11s", kind_name((enum kind)kind));
    (void)printf(" webhooks\n");
    for (const struct connector *const *at = connectors(); *at; at++)
        print_system(*at);
}

static void print_options(const char *section, const struct option *options)
{
    AUTO(buf_done) struct buf text = {0};

    options_example(options, &text);
    (void)printf("\n[%s]\n%s", section, buf_str(&text));
}

/* account_options begins with `system`, whose value is known here. */
static void print_account(const struct connector *connector)
{
    AUTO(buf_done) struct buf text = {0};

    options_example(account_options + 1, &text);
    options_example(connector->options, &text);
    (void)printf("\n[account my-%s]\nsystem = %s\n%s", connector->name, connector->name,
                 buf_str(&text));
}

void inspect_example(void)
{
    (void)printf(
        "# tagwerk.conf: every option there is. Lines that begin with # show the default.\n");
    for (const struct connector *const *at = connectors(); *at; at++)
        print_account(*at);
    print_options("route my-route", route_options);
    print_options("schedule", schedule_options);
    print_options("reports", reports_options);
    print_options("inbox", inbox_options);
}
