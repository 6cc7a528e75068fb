#include "unit/place.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* --- Others, and the machine ------------------------------------------------------------------ */

static void a_reader_sees_the_last_commit_while_a_run_writes(void **state)
{
    struct place *place = *state;
    AUTO(ledger_close_at) struct ledger *reader = NULL;
    struct ledger_row row = place_row("3"), got;
    struct err err = {0};
    bool found = false;

    place_put_order(place, "1", EFFECT_DONE);
    place_commit(place);
    place_put_order(place, "2", EFFECT_SENT);
    must(ledger_open_readonly(place->path, &reader, &why));
    must(ledger_get(reader, "shop-parcels", KIND_ORDERS, "1", &place->arena, &got, &found, &why));
    assert_true(found);
    must(ledger_get(reader, "shop-parcels", KIND_ORDERS, "2", &place->arena, &got, &found, &why));
    assert_false(found);
    place_commit(place);
    must(ledger_get(reader, "shop-parcels", KIND_ORDERS, "2", &place->arena, &got, &found, &why));
    assert_true(found);
    assert_false(ledger_put(reader, &row, &err));
    assert_says(err, ERR_STORE, "may not be written");
    place_put_order(place, "4", EFFECT_SENT);
    place_commit(place);
}

static void a_reader_makes_no_ledger(void **state)
{
    struct place *place = *state;
    struct ledger *reader = NULL;
    char path[PATH_SIZE];
    struct err err = {0};

    assert_true(path_join(path, &err, place->folder, "none.db", NULL));
    assert_false(ledger_open_readonly(path, &reader, &err));
    assert_says(err, ERR_STORE, "does it exist");
    assert_false(file_exists(path));
    assert_true(file_put(path, "", 0, &err));
    assert_false(ledger_open_readonly(path, &reader, &err));
    assert_says(err, ERR_STORE, "format 0: `tagwerk run` brings it up");
    assert_null(reader);
}

/* REQ-A11 REQ-A12 */
static void the_ledger_is_for_its_owner_only(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct place *place = *state;

    place_put_order(place, "1", EFFECT_NONE);
    place_commit(place);
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        char path[PATH_SIZE + 8];
        struct stat st;

        (void)snprintf(path, sizeof path, "%s%s", place->path, ends[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void a_ledger_of_a_newer_format_is_refused(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf bytes = {0};
    struct err err = {0};

    place_shut(place);
    assert_true(file_read(place->path, &bytes, NULL, &err));
    bytes.data[63] = 99; /* the user version of SQLite's file header */
    assert_true(file_put(place->path, bytes.data, bytes.len, &err));
    assert_false(ledger_open(place->path, &place->ledger, &err));
    assert_says(err, ERR_STORE, "has format 99");
    assert_says(err, ERR_STORE, "newer tagwerk");
    assert_false(ledger_open_readonly(place->path, &place->ledger, &err));
    assert_says(err, ERR_STORE, "has format 99");
}

static void something_else_is_no_ledger(void **state)
{
    struct place *place = *state;
    struct ledger *other = NULL;
    char path[PATH_SIZE];
    struct err err = {0};

    assert_true(path_join(path, &err, place->folder, "other.db", NULL));
    assert_true(file_put(path, "order;weight\n4711;3\n", 20, &err));
    assert_false(ledger_open(path, &other, &err));
    assert_says(err, ERR_STORE, "restore the last backup");
    assert_true(path_join(path, &err, place->folder, "no/such/folder.db", NULL));
    assert_false(ledger_open(path, &other, &err));
    assert_says(err, ERR_STORE, "cannot open the ledger");
    assert_null(other);
}

static void a_sound_ledger_passes_the_check_and_a_damaged_one_does_not(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf bytes = {0};
    char ref[16];
    struct err err = {0};

    for (int i = 0; i < 2000; i++) {
        (void)snprintf(ref, sizeof ref, "%06d", i);
        place_put_order(place, ref, EFFECT_PLANNED);
    }
    place_commit(place);
    must(ledger_check(place->ledger, &why));
    place_shut(place);
    assert_true(file_read(place->path, &bytes, NULL, &err));
    /* All but the tables' definitions. */
    for (size_t at = (size_t)4 * 4096; at < bytes.len; at++)
        bytes.data[at] = (char)(bytes.data[at] ^ 0x5a);
    assert_true(file_put(place->path, bytes.data, bytes.len, &err));
    must(ledger_open(place->path, &place->ledger, &why));
    assert_false(ledger_check(place->ledger, &err));
    assert_says(err, ERR_STORE, "damaged");
}

static void a_damaged_page_is_an_error_and_no_answer(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf bytes = {0};
    struct ledger_row *rows;
    size_t count = 77;
    char ref[16];
    struct err err = {0};

    for (int i = 0; i < 2000; i++) {
        (void)snprintf(ref, sizeof ref, "%06d", i);
        place_put_order(place, ref, EFFECT_PLANNED);
    }
    place_commit(place);
    place_shut(place);
    assert_true(file_read(place->path, &bytes, NULL, &err));
    memset(bytes.data + bytes.len / 4, 0x5a, bytes.len / 4 * 3);
    assert_true(file_put(place->path, bytes.data, bytes.len, &err));
    must(ledger_open(place->path, &place->ledger, &why));
    assert_false(ledger_effects(place->ledger, "shop-parcels", KIND_ORDERS, EFFECT_PLANNED, NULL,
                                SIZE_MAX, &place->arena, &rows, &count, &err));
    assert_says(err, ERR_STORE, "damaged");
    assert_int_equal(count, 77);
}

/* --- Every call on a ledger that is not well -------------------------------------------------- */

typedef bool call_fn(struct place *place, struct err *err);

static bool call_get(struct place *place, struct err *err)
{
    struct ledger_row row;
    bool found;

    return ledger_get(place->ledger, "shop-parcels", KIND_ORDERS, "000003", &place->arena, &row,
                      &found, err);
}

static bool call_has_word(struct place *place, struct err *err)
{
    bool has_word;

    return ledger_has_word(place->ledger, "shop-parcels", KIND_ORDERS, "000003", "run-1", &has_word,
                           err);
}

static bool call_put(struct place *place, struct err *err)
{
    struct ledger_row row = place_row("000003");

    row.effect = EFFECT_DONE;
    return ledger_put(place->ledger, &row, err);
}

static bool call_put_of_a_new_run(struct place *place, struct err *err)
{
    struct ledger_row row = place_row("new");

    row.run = row.found_run = "run-2";
    row.day = DAY + 9;
    return ledger_put(place->ledger, &row, err);
}

static bool call_put_of_a_new_route(struct place *place, struct err *err)
{
    struct ledger_row row = place_row("new");

    row.route = "new";
    return ledger_put(place->ledger, &row, err);
}

static bool call_effects(struct place *place, struct err *err)
{
    struct ledger_row *rows;
    size_t count;

    return ledger_effects(place->ledger, "shop-parcels", KIND_ORDERS, EFFECT_PLANNED, NULL, 10,
                          &place->arena, &rows, &count, err);
}

static bool call_of_order(struct place *place, struct err *err)
{
    struct ledger_row *rows;
    size_t count;

    return ledger_of_order(place->ledger, "shop-parcels", KIND_SHIPMENTS, "000003", &place->arena,
                           &rows, &count, err);
}

static bool call_find(struct place *place, struct err *err)
{
    struct ledger_row *rows;
    size_t count;

    return ledger_find(place->ledger, "000003", &place->arena, &rows, &count, err);
}

static bool go_on(void *context, const struct ledger_row *row, struct err *err)
{
    (void)context;
    (void)row;
    (void)err;
    return true;
}

static bool call_day(struct place *place, struct err *err)
{
    AUTO(arena_done) struct arena scratch = {0};

    return ledger_day(place->ledger, "shop-parcels", KIND_ORDERS, DAY, &scratch, go_on, NULL, err);
}

static bool call_count(struct place *place, struct err *err)
{
    uint64_t counts[STATE_COUNT];

    return ledger_count(place->ledger, "shop-parcels", KIND_ORDERS, DAY, "run-1", counts, err);
}

static bool call_days_due(struct place *place, struct err *err)
{
    int64_t *days;
    size_t count;

    return ledger_days_due(place->ledger, "shop-parcels", &place->arena, &days, &count, err);
}

static bool call_reported(struct place *place, struct err *err)
{
    return ledger_reported(place->ledger, "shop-parcels", err);
}

static bool call_watermark(struct place *place, struct err *err)
{
    int64_t until;

    return ledger_watermark(place->ledger, "shop-parcels", KIND_ORDERS, &until, err);
}

static bool call_watermark_set(struct place *place, struct err *err)
{
    return ledger_watermark_set(place->ledger, "shop-parcels", KIND_ORDERS, 7, err);
}

static bool call_article_by_ref(struct place *place, struct err *err)
{
    struct article got;
    bool found;

    return ledger_article(place->ledger, "shop", "1", NULL, &place->arena, &got, &found, err);
}

static bool call_article_by_sku(struct place *place, struct err *err)
{
    struct article got;
    bool found;

    return ledger_article(place->ledger, "shop", NULL, "CUP", &place->arena, &got, &found, err);
}

static bool call_article_owner(struct place *place, struct err *err)
{
    const char *ref;

    return ledger_article_owner(place->ledger, "shop", "ean", "4006381333931", &place->arena, &ref,
                                err);
}

static bool call_article_put(struct place *place, struct err *err)
{
    struct article one = place_cup("2", "CUP");

    return ledger_article_put(place->ledger, "shop", &one, err);
}

static bool call_calls(struct place *place, struct err *err)
{
    uint64_t calls;

    return ledger_calls(place->ledger, "shop", "2024-06", &calls, err);
}

static bool call_calls_add(struct place *place, struct err *err)
{
    return ledger_calls_add(place->ledger, "shop", "2024-06", 1, err);
}

static bool call_run_put(struct place *place, struct err *err)
{
    struct run_row row = {.run = "run-3", .route = "shop-parcels", .command = "load"};

    return ledger_run_put(place->ledger, &row, err);
}

static bool call_runs(struct place *place, struct err *err)
{
    struct run_row *runs;
    size_t count;

    return ledger_runs(place->ledger, "shop-parcels", 10, &place->arena, &runs, &count, err);
}

static bool call_all_runs(struct place *place, struct err *err)
{
    struct run_row *runs;
    size_t count;

    return ledger_runs(place->ledger, NULL, 10, &place->arena, &runs, &count, err);
}

static bool call_event(struct place *place, struct err *err)
{
    struct ledger_row row = place_row("000003");

    return ledger_event(place->ledger, &row, "sent", NULL, 1, err);
}

static bool call_events(struct place *place, struct err *err)
{
    struct event_row *events;
    size_t count;

    return ledger_events(place->ledger, "shop-parcels", KIND_ORDERS, "000003", &place->arena,
                         &events, &count, err);
}

static call_fn *const calls[] = {
    call_get,
    call_has_word,
    call_put,
    call_put_of_a_new_run,
    call_put_of_a_new_route,
    call_effects,
    call_of_order,
    call_find,
    call_day,
    call_count,
    call_days_due,
    call_reported,
    call_watermark,
    call_watermark_set,
    call_article_put,
    call_article_by_ref,
    call_article_by_sku,
    call_article_owner,
    call_calls,
    call_calls_add,
    call_run_put,
    call_runs,
    call_all_runs,
    call_event,
    call_events,
};

/* A little of everything, so that every table and index has its page. */
static void fill(struct place *place)
{
    struct ledger_row row = place_row("P-1");
    struct err err = {0};

    for (int i = 0; i < 200; i++)
        place_put_order(place, arena_format(&place->arena, "%06d", i), EFFECT_PLANNED);
    row.kind = KIND_SHIPMENTS;
    row.order_ref = "000003";
    place_put(place, &row);
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        if (!calls[i](place, &err))
            fail_msg("call %zu: %s", i, err.text);
    place_commit(place);
}

/* False: it failed, and said so in the right way. */
static bool call_fresh(struct place *place, call_fn *call, const char *words)
{
    struct err err = {0};

    place_reopen(place); /* so that nothing is remembered from the call before */
    if (call(place, &err))
        return true;
    assert_says(err, ERR_STORE, words);
    return false;
}

/* Returns how many failed. */
static unsigned call_each(struct place *place, const char *words)
{
    unsigned failed = 0;

    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        failed += !call_fresh(place, calls[i], words);
    return failed;
}

static void change_behind_its_back(const struct place *place, const char *sql)
{
    struct sqlite3 *db;

    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void drop(const struct place *place, const char *table)
{
    AUTO(buf_done) struct buf sql = {0};

    buf_format(&sql, "DROP TABLE %s", table);
    change_behind_its_back(place, buf_str(&sql));
}

static void parts_that_cannot_be_read_are_an_error_and_no_article(void **state)
{
    struct place *place = *state;
    struct article cup = place_cup("1", "CUP");
    struct err err = {0};

    must(ledger_article_put(place->ledger, "shop", &cup, &why));
    place_commit(place);
    place_shut(place);
    change_behind_its_back(place, "UPDATE article SET parts = '{\"parts\":[7]}'");
    must(ledger_open(place->path, &place->ledger, &why));
    assert_false(call_article_by_ref(place, &err));
    assert_says(err, ERR_STORE, "the parts of article 1 cannot be read");
}

/* No call makes up an answer. */
static void a_table_that_is_missing_is_an_error(void **state)
{
    static const char *const tables[] = {"record", "due",       "watermark", "article", "calls",
                                         "event",  "run_route", "run",       "route"};
    struct place *place = *state;
    AUTO(buf_done) struct buf bytes = {0};
    struct err err = {0};

    fill(place);
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        place_shut(place);
        if (i == 0)
            assert_true(file_read(place->path, &bytes, NULL, &err));
        assert_true(file_put(place->path, bytes.data, bytes.len, &err));
        drop(place, tables[i]);
        assert_true(call_each(place, "no such table") > 0);
    }
}

static void a_reader_writes_nothing(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("1");
    struct err err = {0};

    row.route = "nobody knows it";
    fill(place);
    place_shut(place);
    must(ledger_open_readonly(place->path, &place->ledger, &why));
    assert_false(call_put(place, &err));
    assert_false(ledger_put(place->ledger, &row, &err));
    assert_false(call_event(place, &err));
    assert_false(call_calls_add(place, &err));
    assert_says(err, ERR_STORE, "may not be written");
    assert_true(call_get(place, &err));
}

/* Whichever page is damaged: an answer or an error, never a crash or a wrong kind of error. */
static void whichever_page_is_damaged_it_is_an_error(void **state)
{
    struct place *place = *state;
    AUTO(buf_done) struct buf bytes = {0};
    unsigned failed = 0;
    struct err err = {0};

    fill(place);
    place_shut(place);
    assert_true(file_read(place->path, &bytes, NULL, &err));
    /* The first two pages hold the tables' definitions: without them nothing opens. */
    for (size_t at = (size_t)2 * 4096; at < bytes.len; at += 4096) {
        char page[4096];

        memcpy(page, bytes.data + at, sizeof page);
        memset(bytes.data + at, 0x5a, sizeof page);
        assert_true(file_put(place->path, bytes.data, bytes.len, &err));
        memcpy(bytes.data + at, page, sizeof page);
        failed += call_each(place, "damaged");
        place_shut(place);
    }
    assert_true(failed > ARRAY_LEN(calls));
}

/* Files of this process may grow to that size, as on a disk that fills up. RLIM_INFINITY: as
 * before. */
static void limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No byte more may be written: what was committed stays. */
static void a_full_disk_is_an_error_and_loses_nothing(void **state)
{
    struct place *place = *state;
    struct ledger_row row = place_row("2");
    struct err err = {0};
    bool good;

    place_put_order(place, "1", EFFECT_DONE);
    place_commit(place);
    limit_files(4096);
    good = ledger_put(place->ledger, &row, &err) && ledger_commit(place->ledger, &err);
    limit_files(RLIM_INFINITY);
    assert_false(good);
    assert_says(err, ERR_STORE, "full");
    ledger_rollback(place->ledger);
    assert_true(place_has(place, "1"));
    assert_false(place_has(place, "2"));
    place_put(place, &row);
    place_commit(place);
    place_reopen(place);
    assert_true(place_has(place, "1") && place_has(place, "2"));
}

static bool open_with_room_for(const char *path, rlim_t size, struct ledger **out)
{
    struct err err = {0};
    bool good;

    limit_files(size);
    good = ledger_open(path, out, &err);
    limit_files(RLIM_INFINITY);
    if (!good)
        assert_says(err, ERR_STORE, "full");
    return good;
}

/* Made on a full disk, it is made anew when there is room. */
static void a_ledger_is_made_whole_or_not_at_all(void **state)
{
    struct place *place = *state;
    char path[PATH_SIZE];
    rlim_t room = 0;
    struct err err;

    assert_true(path_join(path, &err, place->folder, "second.db", NULL));
    place_shut(place);
    while (!open_with_room_for(path, room, &place->ledger))
        room += 8192;
    assert_true(room > (rlim_t)3 * 8192);
    place_put_order(place, "1", EFFECT_PLANNED);
    place_commit(place);
    assert_true(place_has(place, "1"));
}

static const struct CMUnitTest tests[] = {
    test(a_reader_sees_the_last_commit_while_a_run_writes),
    test(a_reader_makes_no_ledger),
    test(the_ledger_is_for_its_owner_only),
    test(a_ledger_of_a_newer_format_is_refused),
    test(something_else_is_no_ledger),
    test(a_sound_ledger_passes_the_check_and_a_damaged_one_does_not),
    test(a_damaged_page_is_an_error_and_no_answer),
    test(a_table_that_is_missing_is_an_error),
    test(parts_that_cannot_be_read_are_an_error_and_no_article),
    test(a_reader_writes_nothing),
    test(whichever_page_is_damaged_it_is_an_error),
    test(a_full_disk_is_an_error_and_loses_nothing),
    test(a_ledger_is_made_whole_or_not_at_all),
};

int main(void)
{
    return cmocka_run_group_tests_name("ledger faults", tests, NULL, NULL);
}
