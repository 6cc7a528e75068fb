/* bench_tagwerk.c: the goals for speed and memory, each measured and set beside what limits it.
 * Every figure comes from whole runs against the sandbox; a run that goes wrong fails the bench, a
 * goal that is missed is only told.
 *
 *   bench_tagwerk [FILE]     FILE: where the figures go as JSON
 *
 * From the environment: BENCH_ORDERS (100000); BENCH_MANY (1000000) for the memory of a very large
 * day, 0 leaves that out; BENCH_ONLY: the parts of this name, "a_*". Units: as in table.h and
 * spy.h. */
#include "bench/floor.h"
#include "bench/spy.h"
#include "bench/table.h"
#include "core/file.h"
#include "harness/harness.h"
#include "harness/warehouse.h"
#include "harness/world.h"
#include "wire/json.h"

#include <unistd.h>

#define NOW "2024-06-04T10:00:00Z"
#define ROUTE_FOLDER "staging/shop-parcels/2024-06-04"
#define ROUNDS 5

static int64_t from_environment(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoll(text, NULL, 10) : otherwise;
}

static int64_t orders_wanted(void)
{
    return from_environment("BENCH_ORDERS", 100000);
}

static int64_t ratio_e3(int64_t part, int64_t whole)
{
    return part * 1000 / whole;
}

/* ---- worlds ---- */

/* A shop with so many orders of two days, and a Sendcloud without rate limits: a run in a test
 * world does not wait for them, but whenever it would, all connections fall still. */
static void shop_open(struct world *w, int64_t orders)
{
    world_open(w, NOW);
    world_configure(w, NULL, "pace = 0", NULL, NULL);
    (void)world_control(w, "POST", "/switches", "{\"sendcloud.rate_limits\":0}");
    (void)world_control(w, "POST", "/fill",
                        arena_format(&w->arena, "{\"seed\":1,\"orders\":%lld,\"articles\":500}",
                                     (long long)orders));
    (void)world_control(w, "POST", "/counts/reset", NULL);
}

static const char *staged(struct world *w, const char *name)
{
    const char *folder = arena_format(&w->arena, "%s/" ROUTE_FOLDER, w->home);
    const char *const *runs;
    size_t count;
    struct err err;

    if (!folder_list(folder, &w->arena, &runs, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, 1);
    return arena_format(&w->arena, "%s/%s/%s", folder, runs[0], name);
}

/* Records of the route's days, as its own reports count them. */
static int64_t reported(struct world *w, const char *column)
{
    return world_summary(w, "2024-06-03", "orders", column) +
           world_summary(w, "2024-06-04", "orders", column);
}

/* Processor time of the sandbox so far. */
static int64_t sandbox_us(const struct world *w)
{
    char path[64], text[512] = "";
    long long user = 0, system = 0;
    FILE *file;
    const char *at;

    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)w->sandbox);
    file = fopen(path, "re");
    if (!file || !fgets(text, sizeof text, file))
        fail_msg("%s cannot be read", path);
    if (file)
        (void)fclose(file);
    at = strrchr(text, ')'); /* field 2; the times are fields 14 and 15 */
    for (int field = 2; at && field < 14; field++)
        at = strchr(at + 1, ' ');
    if (!at) {
        fail_msg("%s tells no times: %s", path, text);
        return 0;
    }
    user = strtoll(at, (char **)(uintptr_t)&at, 10);
    system = strtoll(at, NULL, 10);
    return (user + system) * 1000000 / sysconf(_SC_CLK_TCK);
}

/* ---- a large day, whole ---- */

static int64_t peak_of_day_kib;

static void add_memory(const char *name, const char *what, int64_t peak_kib)
{
    table_add(
        &(struct figure){name, what, "MiB", ratio_e3(peak_kib, 1024), AT_MOST, 48000, UNSAID});
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Pairs, since the machine is never quiet: transform, floor, transform, floor ... */
static void measure_transform(struct world *w)
{
    const char *in = staged(w, "orders.in.gz"), *out = staged(w, "orders.out.gz");
    int64_t ratios_e3[ROUNDS];

    for (size_t i = 0; i < ROUNDS; i++) {
        assert_int_equal(unlink(out), 0);
        ratios_e3[i] = spy_run(w, "transform").cpu_us;
        ratios_e3[i] = ratio_e3(ratios_e3[i], floor_us(in, out));
    }
    qsort(ratios_e3, ROUNDS, sizeof *ratios_e3, compare);
    table_add(&(struct figure){"transform_ratio",
                               "transform of a staged day : inflate in + deflate out", "x floor",
                               ratios_e3[ROUNDS / 2], AT_MOST, 2500, 2000});
}

static void a_large_day(void **state)
{
    struct world w;
    struct seen seen;

    (void)state;
    shop_open(&w, orders_wanted());
    seen = spy_run(&w, "run");
    world_assert_balanced(&w);
    table_add(&(struct figure){"orders_per_second",
                               "a whole run: pulled, staged, mapped, pushed, settled, reported",
                               "orders/s", reported(&w, "source") * 1000000 / seen.wall_us * 1000,
                               AT_LEAST, 10000000, 20000000});
    peak_of_day_kib = seen.peak_kib;
    add_memory("peak_memory", "peak memory of that run", seen.peak_kib);
    measure_transform(&w);
    world_close(&w);
}

static void a_very_large_day(void **state)
{
    int64_t orders = from_environment("BENCH_MANY", 1000000);
    struct world w;
    struct seen seen;

    (void)state;
    if (!orders)
        return;
    shop_open(&w, orders);
    seen = spy_run(&w, "run");
    add_memory("peak_memory_many", "peak memory of a run over BENCH_MANY orders", seen.peak_kib);
    table_add(&(struct figure){"memory_growth", "the same : peak memory over BENCH_ORDERS", "x",
                               ratio_e3(seen.peak_kib, peak_of_day_kib), AT_MOST, 1050, UNSAID});
    world_close(&w);
}

/* ---- allocations and syncs, step by step ---- */

static const struct {
    const char *command, *name, *what;
} steps[] = {
    {"extract", "allocations_extract", "heap allocations per order but libcurl's, extract"},
    {"transform", "allocations_transform", "heap allocations per order but libcurl's, transform"},
    {"load", "allocations_load", "heap allocations per order but libcurl's, load"},
    {"report", "allocations_report", "heap allocations per order but libcurl's, report"},
};

struct cost {
    struct seen seen[ARRAY_LEN(steps)];
    int64_t batches, calls;
};

static void run_steps(int64_t orders, struct cost *out)
{
    struct world w;

    shop_open(&w, orders);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        out->seen[i] = spy_run(&w, steps[i].command);
    out->batches = world_count(&w, "sendcloud.writes");
    out->calls = world_count(&w, "sendcloud.calls");
    world_assert_balanced(&w);
    world_close(&w);
}

static void steps_by_themselves(void **state)
{
    int64_t few = orders_wanted() / 5;
    struct cost first, second;
    const struct seen *load = &second.seen[2];

    (void)state;
    run_steps(few, &first);
    run_steps(2 * few, &second);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        table_add(
            &(struct figure){steps[i].name, steps[i].what, "",
                             ratio_e3(second.seen[i].allocations - first.seen[i].allocations, few),
                             AT_MOST, 100, UNSAID});
    table_add(
        &(struct figure){"allocations_curl", "libcurl's own heap allocations per call, load", "",
                         ratio_e3(load->curls - first.seen[2].curls, second.calls - first.calls),
                         AT_MOST, 60000, UNSAID});
    table_add(&(struct figure){"syncs_per_commit", "ledger: syncs per commit, load", "",
                               ratio_e3(load->syncs, load->commits), AT_MOST, 1100, UNSAID});
    table_add(&(struct figure){"commits_per_batch", "ledger: commits per batch, load", "",
                               ratio_e3(load->commits, second.batches), AT_MOST, 2100, UNSAID});
}

/* ---- the far side is 25 ms away ---- */

#define LATENCY_US 25000
#define CONNECTIONS 4

/* Little's law: so many connections at so long a call make so many calls a second. A call takes the
 * latency and what the sandbox needs to answer it. */
static int64_t of_littles_law_e3(int64_t calls, int64_t wall_us, int64_t served_us)
{
    return calls * (LATENCY_US + served_us / calls) * 1000 / (CONNECTIONS * wall_us);
}

static void keeps_connections_busy(void **state)
{
    struct world w;
    struct seen seen;
    int64_t before_us;

    (void)state;
    shop_open(&w, orders_wanted() / 2);
    world_configure(&w, "in_flight = 4\npage_size = 100", "in_flight = 4\npace = 0", NULL, NULL);
    (void)world_control(&w, "POST", "/switches", "{\"latency_ms\":25}");
    before_us = sandbox_us(&w);
    seen = spy_run(&w, "extract");
    table_add(&(struct figure){
        "extract_littles_law", "extract, 25 ms away, 4 connections, pages of 100 : Little's law",
        "x", of_littles_law_e3(world_count(&w, "calls"), seen.wall_us, sandbox_us(&w) - before_us),
        AT_LEAST, 900, UNSAID});
    (void)spy_run(&w, "transform");
    before_us = sandbox_us(&w);
    seen = spy_run(&w, "load");
    table_add(&(struct figure){
        "load_littles_law", "load, 25 ms away, 4 connections, batches of 100 : Little's law", "x",
        of_littles_law_e3(world_count(&w, "sendcloud.writes"), seen.wall_us,
                          sandbox_us(&w) - before_us),
        AT_LEAST, 900, UNSAID});
    world_close(&w);
}

/* ---- the published rate limit ---- */

#define PER_SECOND 15
#define PER_MINUTE 100

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When the last of so many calls may leave at the earliest, the first leaving at 0. */
static int64_t forced_ms(int64_t calls)
{
    int64_t left_ms[1024] = {0};

    assert_true(calls > 0 && calls <= (int64_t)ARRAY_LEN(left_ms));
    for (int64_t i = 0; i < calls; i++) {
        if (i >= PER_SECOND)
            left_ms[i] = later(left_ms[i], left_ms[i - PER_SECOND] + 1000);
        if (i >= PER_MINUTE)
            left_ms[i] = later(left_ms[i], left_ms[i - PER_MINUTE] + 60000);
    }
    return left_ms[calls - 1];
}

/* On the world's clock, which nothing but the program's own waiting moves. */
static void keeps_to_the_rate_limit(void **state)
{
    AUTO(buf_done) struct buf orders = {0};
    struct world w;
    struct seen seen;

    (void)state;
    world_open(&w, NOW);
    for (int64_t id = 560000001; id <= 560010000; id++)
        buf_format(&orders, "%c{\"id\":%lld}", orders.len ? ',' : '[', (long long)id);
    buf_char(&orders, ']');
    (void)world_control(&w, "POST", "/afterbuy/orders", buf_str(&orders));
    (void)spy_run(&w, "extract");
    (void)spy_run(&w, "transform");
    seen = spy_run(&w, "load");
    assert_int_equal(world_count(&w, "sendcloud.mutations"), 10000);
    table_add(&(struct figure){
        "rate_limit", "10,000 orders to Sendcloud : what its rate limit forces", "x",
        ratio_e3(seen.waited_ms, forced_ms(world_count(&w, "sendcloud.writes"))), AT_MOST, 1100,
        UNSAID});
    world_close(&w);
}

/* ---- nothing new ---- */

#define FEEDS 3 /* articles, shipments, orders */

static void a_quiet_hour(void **state)
{
    struct world w;
    struct seen seen;
    int64_t calls;

    (void)state;
    shop_open(&w, 250);
    (void)spy_run(&w, "run");
    world_pass(&w, INT64_C(3) * 3600); /* behind the catalogue's overlap */
    (void)spy_run(&w, "run");
    world_pass(&w, 3600);
    calls = world_count(&w, "calls");
    seen = spy_run(&w, "run");
    table_add(&(struct figure){"quiet_calls", "a quiet hourly run, 250 orders: list calls per feed",
                               "", ratio_e3(world_count(&w, "calls") - calls, FEEDS), AT_MOST, 1000,
                               UNSAID});
    table_add(&(struct figure){"quiet_cpu", "the same: processor time", "ms", seen.cpu_us, AT_MOST,
                               50000, UNSAID});
    world_close(&w);
}

/* ---- calls that are paid for ---- */

#define BILLBEE_PAGE 250

static int64_t pages(int64_t rows)
{
    return (rows + BILLBEE_PAGE - 1) / BILLBEE_PAGE;
}

/* A day at Billbee, there and back. Nobody can do with fewer calls than one page of orders and of
 * articles after the other, and one call for each tag, number and state. */
static void a_day_of_billbee(void **state)
{
    const int64_t orders = 1000, articles = 300;
    struct world w;
    int64_t least;

    (void)state;
    warehouse_open(&w, NOW);
    (void)world_control(&w, "POST", "/fill",
                        arena_format(&w.arena,
                                     "{\"system\":\"billbee\",\"seed\":1,\"orders\":%lld,"
                                     "\"articles\":%lld}",
                                     (long long)orders, (long long)articles));
    (void)spy_run(&w, "run");
    (void)world_control(&w, "POST", "/wemalo/ship", "{\"all\":true}");
    world_pass(&w, 60);
    (void)spy_run(&w, "run");
    world_assert_balanced(&w);
    least = pages(orders) + pages(articles) + world_count(&w, "billbee.writes");
    table_add(&(struct figure){
        "billbee_calls", "1,000 orders, 300 articles: Billbee's calls : the least there are", "x",
        ratio_e3(world_count(&w, "billbee.calls"), least), AT_MOST, 1050, UNSAID});
    world_close(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest parts[] = {
        cmocka_unit_test(a_quiet_hour),        cmocka_unit_test(keeps_to_the_rate_limit),
        cmocka_unit_test(steps_by_themselves), cmocka_unit_test(keeps_connections_busy),
        cmocka_unit_test(a_day_of_billbee),    cmocka_unit_test(a_large_day),
        cmocka_unit_test(a_very_large_day),
    };
    struct err err;
    int failed;

    if (spy_is_program())
        return spy_main(argc, argv);
    cmocka_set_test_filter(getenv("BENCH_ONLY"));
    failed = cmocka_run_group_tests_name("bench", parts, NULL, NULL);
    table_print();
    if (argc > 1 && !table_write(argv[1], &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    return failed;
}
