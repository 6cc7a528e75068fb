#include "crash.h"

#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "scenarios.h"

#include <inttypes.h>

#define SCENARIOS_MAX 20
#define RUNS_TO_SETTLE 4 /* after faults at random, and one that went wrong */

/* What an outsider sees at the end. */
struct picture {
    char *afterbuy, *sendcloud, *reports;
};

static const struct way *way;
static struct {
    uint64_t scenarios, places, harmless, lost, doubled;
} totals;

/* ---- comparing ---- */

/* Of a loose scenario: how often and when something was sent is left to chance. */
static bool is_by_chance(const struct node *node)
{
    return text_same(node->name, "pushes") || text_same(node->name, "shop_updated_ms");
}

static void put_tree(struct buf *out, const struct node *node, bool loose)
{
    if (loose && is_by_chance(node))
        return;
    if (node->name)
        buf_format(out, "%s:", node->name);
    if (node->text)
        buf_text(out, node->text);
    if (node->child) {
        buf_char(out, '(');
        for (const struct node *child = node->child; child; child = child->next)
            put_tree(out, child, loose);
        buf_char(out, ')');
    }
    buf_char(out, ' ');
}

static char *keep(const struct buf *buf)
{
    char *copy = heap_resize(NULL, buf->len + 1);

    memcpy(copy, buf_str(buf), buf->len + 1);
    return copy;
}

static char *state_of(struct world *w, const char *system, bool loose)
{
    AUTO(buf_done) struct buf text = {0};

    put_tree(&text, world_state(w, system), loose);
    return keep(&text);
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

static char *reports_of(struct world *w)
{
    AUTO(buf_done) struct buf text = {0};
    const char *const *days, *const *names;
    size_t days_len, names_len;
    struct err err;

    assert_true(folder_list(arena_format(&w->arena, "%s/reports", w->home), &w->arena, &days,
                            &days_len, &err));
    for (size_t d = 0; d < days_len; d++) {
        assert_true(folder_list(arena_format(&w->arena, "%s/reports/%s", w->home, days[d]),
                                &w->arena, &names, &names_len, &err));
        for (size_t n = 0; n < names_len; n++)
            put_report(w, days[d], names[n], &text);
    }
    return keep(&text);
}

static struct picture take_picture(struct world *w, bool loose)
{
    return (struct picture){state_of(w, "afterbuy", loose), state_of(w, "sendcloud", loose),
                            reports_of(w)};
}

static void drop_picture(struct picture *picture)
{
    heap_free(picture->afterbuy);
    heap_free(picture->sendcloud);
    heap_free(picture->reports);
}

static bool is_same_picture(const struct picture *a, const struct picture *b)
{
    return strcmp(a->afterbuy, b->afterbuy) == 0 && strcmp(a->sendcloud, b->sendcloud) == 0 &&
           strcmp(a->reports, b->reports) == 0;
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

/* The runs after it, on good ground. */
static void settle(struct world *w, const struct scenario *scenario)
{
    (void)world_control(w, "DELETE", "/faults", NULL);
    for (int i = 0; i < RUNS_TO_SETTLE; i++) {
        int code;

        if (i > 1 && !scenario->loose)
            return;
        code = world_run(w, i == 0 ? scenario->words[0] : "run", i == 0 ? scenario->words[1] : NULL,
                         NULL);
        if (code > 1)
            fail_msg("%s: the run after it ended with %d:\n%s", scenario->name, code, w->output);
    }
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

static struct picture uninterrupted(const struct scenario *scenario, uint64_t *places)
{
    struct world w;
    struct picture picture;
    int code;

    open_world(&w, scenario);
    code = run_on_bad_ground(&w, scenario, arena_format(&w.arena, "%s=%s/places", way->log, w.root),
                             way->hows ? "watch" : NULL);
    if (code > 1 && !scenario->loose)
        fail_msg("%s: uninterrupted, it ended with %d:\n%s", scenario->name, code,
                 world_output(&w, w.started));
    *places = count_places(&w);
    settle(&w, scenario);
    picture = take_picture(&w, scenario->loose);
    assert_int_equal(world_doubled(&w), 0);
    world_close(&w);
    return picture;
}

static void go_wrong_at(const struct scenario *scenario, uint64_t n, const char *how,
                        const struct picture *wanted)
{
    struct world w;
    struct picture got;
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
    got = take_picture(&w, scenario->loose);
    totals.doubled += world_doubled(&w);
    if (!is_same_picture(&got, wanted)) {
        totals.lost++;
        fail_msg("%s, %s %s at %" PRIu64 ":\n%s\n%s\n%s\ninstead of\n%s\n%s\n%s\nIt had said:\n%s",
                 scenario->name, way->name, how ? how : "", n, got.afterbuy, got.sendcloud,
                 got.reports, wanted->afterbuy, wanted->sendcloud, wanted->reports, said);
    }
    drop_picture(&got);
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
    const struct scenario *scenario = *state;
    uint64_t places;
    size_t hows_len = 0;
    struct picture wanted = uninterrupted(scenario, &places);

    while (way->hows && way->hows[hows_len])
        hows_len++;
    assert_true(places > 10);
    for (uint64_t n = 1, turn = 0; n <= places; n += stride(), turn++)
        go_wrong_at(scenario, n, hows_len ? way->hows[turn % hows_len] : NULL, &wanted);
    drop_picture(&wanted);
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
