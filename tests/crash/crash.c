#include "crash.h"

#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "scenarios.h"

#include <inttypes.h>

#define SCENARIOS_MAX 20
#define SHOWN 300        /* bytes of a picture */
#define RUNS_TO_SETTLE 4 /* after faults at random, and one that went wrong */

static const struct way *way;
static struct {
    uint64_t scenarios, places, harmless, lost, doubled;
} totals;

/* ---- comparing ---- */

/* How often and when something was sent, which some scenarios leave to chance. */
static bool is_by_chance(const struct node *node)
{
    return text_same(node->name, "pushes") || text_same(node->name, "shop_updated_ms");
}

static void put_tree(struct buf *out, const struct node *node, bool by_chance)
{
    if (by_chance && is_by_chance(node))
        return;
    if (node->name)
        buf_format(out, "%s:", node->name);
    if (node->text)
        buf_text(out, node->text);
    if (node->child) {
        buf_char(out, '(');
        for (const struct node *child = node->child; child; child = child->next)
            put_tree(out, child, by_chance);
        buf_char(out, ')');
    }
    buf_char(out, ' ');
}

/* Each record with whether it is at its target; how a run got there (sent, or found again) may
 * differ. */
static void put_report(struct world *w, const char *day, const char *name, struct buf *out)
{
    struct csv_table table = world_csv(w, arena_format(&w->arena, "reports/%s/%s", day, name));

    if (text_same(name, "summary.csv"))
        return;
    for (size_t r = 0; r < table.rows_len; r++) {
        const char *const *cells = table.rows[r].cells;
        bool there = text_same(cells[6], "sent") || text_same(cells[6], "same");

        buf_format(out, "%s %s %s %s\n", cells[0], cells[2], cells[3], there ? "there" : cells[6]);
    }
}

static void put_reports(struct world *w, struct buf *out)
{
    const char *const *days, *const *names;
    size_t days_len, names_len;
    struct err err;

    assert_true(folder_list(arena_format(&w->arena, "%s/reports", w->home), &w->arena, &days,
                            &days_len, &err));
    for (size_t d = 0; d < days_len; d++) {
        assert_true(folder_list(arena_format(&w->arena, "%s/reports/%s", w->home, days[d]),
                                &w->arena, &names, &names_len, &err));
        for (size_t n = 0; n < names_len; n++)
            put_report(w, days[d], names[n], out);
    }
}

/* What an outsider sees at the end, whichever systems took part. */
static void take_picture(struct world *w, const struct scenario *scenario, struct buf *out)
{
    static const char *const systems[] = {"afterbuy", "sendcloud", "billbee", "wemalo"};

    for (size_t i = 0; i < ARRAY_LEN(systems); i++) {
        put_tree(out, world_state(w, systems[i]), scenario->loose || scenario->repeats);
        buf_char(out, '\n');
    }
    put_reports(w, out);
}

/* ---- running ---- */

static void open_world(struct world *w, const struct scenario *scenario)
{
    world_open(w, CRASH_NOW);
    (void)snprintf(w->api, sizeof w->api, "%s", scenario->api);
    world_configure(w, NULL, NULL, NULL, NULL);
    scenario->prepare(w);
}

/* The disk's faults come as a library that is loaded in front of libc. */
static void load_disk(const struct world *w, const char *how)
{
    const char *asan = getenv("ASAN_OPTIONS"), *library = getenv("TAGWERK_DISK");
    char options[400];

    (void)snprintf(options, sizeof options, "%s:verify_asan_link_order=0", asan ? asan : "");
    (void)setenv("TAGWERK_DISK_UNDER", w->home, 1);
    (void)setenv("TAGWERK_DISK_HOW", how, 1);
    (void)setenv("ASAN_OPTIONS", options, 1);
    assert_non_null(library);
    (void)setenv("LD_PRELOAD", library ? library : "", 1);
}

static void unload_disk(const char *asan)
{
    (void)unsetenv("LD_PRELOAD");
    if (asan)
        (void)setenv("ASAN_OPTIONS", asan, 1);
}

/* The run that goes wrong (or is only watched). */
static int run_on_bad_ground(struct world *w, const struct scenario *scenario, const char *entry,
                             const char *how)
{
    const char *asan = getenv("ASAN_OPTIONS");
    pid_t pid;

    asan = asan ? arena_text(&w->arena, asan) : NULL;
    if (how)
        load_disk(w, how);
    pid = world_start(w, entry, scenario->words);
    if (how)
        unload_disk(asan);
    return world_wait(pid);
}

/* The runs after it, on good ground, until one has nothing more to write. */
static void settle(struct world *w, const struct scenario *scenario)
{
    (void)world_control(w, "DELETE", "/faults", NULL);
    for (int i = 0; i < RUNS_TO_SETTLE; i++) {
        int64_t writes = world_count(w, "writes");
        int code = world_run(w, i == 0 ? scenario->words[0] : "run",
                             i == 0 ? scenario->words[1] : NULL, NULL);

        if (code > 1)
            fail_msg("%s: the run after it ended with %d:\n%s", scenario->name, code, w->output);
        if (i > 0 && !scenario->loose && world_count(w, "writes") == writes)
            return;
    }
}

/* Two pictures from a little before where they part. */
static const char *difference(struct world *w, const char *got, const char *wanted)
{
    size_t at = 0;

    while (got[at] && got[at] == wanted[at])
        at++;
    at -= at < SHOWN / 2 ? at : SHOWN / 2;
    return arena_format(&w->arena, "...%.*s...\ninstead of\n...%.*s...", SHOWN, got + at, SHOWN,
                        wanted + at);
}

static uint64_t count_places(struct world *w)
{
    AUTO(buf_done) struct buf log = {0};
    struct err err;
    uint64_t count = 0;

    assert_true(file_read(arena_format(&w->arena, "%s/places", w->root), &log, NULL, &err));
    for (const char *at = buf_str(&log); (at = strchr(at, '\n')); at++)
        count++;
    return count;
}

static void uninterrupted(const struct scenario *scenario, uint64_t *places, struct buf *picture)
{
    struct world w;
    int code;

    open_world(&w, scenario);
    code = run_on_bad_ground(&w, scenario, arena_format(&w.arena, "%s=%s/places", way->log, w.root),
                             way->hows ? "watch" : NULL);
    if (code > 1 && !scenario->loose)
        fail_msg("%s: uninterrupted, it ended with %d:\n%s", scenario->name, code,
                 world_output(&w, w.started));
    *places = count_places(&w);
    settle(&w, scenario);
    take_picture(&w, scenario, picture);
    assert_int_equal(world_doubled(&w), 0);
    world_close(&w);
}

static void go_wrong_at(const struct scenario *scenario, uint64_t n, const char *how,
                        const struct buf *wanted)
{
    AUTO(buf_done) struct buf got = {0};
    struct world w;
    const char *said;
    int code;

    open_world(&w, scenario);
    code = run_on_bad_ground(&w, scenario, arena_format(&w.arena, "%s=%" PRIu64, way->at, n), how);
    said = world_output(&w, w.started);
    if (!way->fits(code, said) && !(scenario->loose && (code == 2 || code == 6)))
        fail_msg("%s, %s %s at %" PRIu64 ": it ended with %d:\n%s", scenario->name, way->name,
                 how ? how : "", n, code, said);
    totals.places++;
    totals.harmless += code <= 1; /* the place was not reached, or nothing hung on it */
    settle(&w, scenario);
    take_picture(&w, scenario, &got);
    totals.doubled += world_doubled(&w);
    if (!text_same(buf_str(&got), buf_str(wanted))) {
        totals.lost++;
        fail_msg("%s, %s %s at %" PRIu64 ":\n%s\nIt had said:\n%s", scenario->name, way->name,
                 how ? how : "", n, difference(&w, buf_str(&got), buf_str(wanted)), said);
    }
    world_assert_quiet(&w);
    world_close(&w);
}

static uint64_t stride(void)
{
    const char *text = getenv("TAGWERK_CRASH_STEP");
    uint64_t step = text ? strtoull(text, NULL, 10) : way->stride;

    return step ? step : 1;
}

static void nothing_is_lost_or_doubled(void **state)
{
    /* REQ-Z3 REQ-Z4 REQ-Z5 */
    AUTO(buf_done) struct buf wanted = {0};
    const struct scenario *scenario = *state;
    uint64_t places;
    size_t hows_len = 0;

    uninterrupted(scenario, &places, &wanted);
    while (way->hows && way->hows[hows_len])
        hows_len++;
    assert_true(places > 10);
    for (uint64_t n = 1, turn = 0; n <= places; n += stride(), turn++)
        go_wrong_at(scenario, n, hows_len ? way->hows[turn % hows_len] : NULL, &wanted);
    totals.scenarios++;
}

int crash_main(const struct way *the_way, const char *const *names)
{
    struct CMUnitTest tests[SCENARIOS_MAX];
    size_t len = 0;
    int failed;

    way = the_way;
    for (; len < SCENARIOS_MAX && names[len]; len++) {
        const struct scenario *scenario = scenario_named(names[len]);

        tests[len] = (struct CMUnitTest){.name = names[len],
                                         .test_func = nothing_is_lost_or_doubled,
                                         .initial_state = (void *)(uintptr_t)scenario};
    }
    failed = _cmocka_run_group_tests(way->name, tests, len, NULL, NULL);
    (void)printf("crash: scenarios %" PRIu64 ", %s %" PRIu64 ", harmless %" PRIu64 ", lost %" PRIu64
                 ", doubled %" PRIu64 "\n",
                 totals.scenarios, way->name, totals.places, totals.harmless, totals.lost,
                 totals.doubled);
    return failed;
}
