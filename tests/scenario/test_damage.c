/* test_damage.c: files of our own that were damaged, and disks that no longer take any. */
#include "backend.h"
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"

#include <sys/stat.h>
#include <unistd.h>

#define LEDGER "staging/ledger.db"

/* ---- staging ---- */

/* The first run's folder has a name nobody can know: it is the only one. */
static const char *staged(struct world *w, const char *name)
{
    const char *folder = arena_format(&w->arena, "%s/staging/shop-parcels", w->home);
    const char *const *names;
    size_t count;
    struct err err;

    for (int depth = 0; depth < 2; depth++) {
        assert_true(folder_list(folder, &w->arena, &names, &count, &err));
        assert_int_equal(count, 1);
        folder = arena_format(&w->arena, "%s/%s", folder, names[0]);
    }
    return arena_format(&w->arena, "%s/%s", folder, name);
}

/* The last gzip member is the trailer. */
static size_t trailer_at(const struct buf *bytes)
{
    size_t at = bytes->len - 3;

    while (at && memcmp(bytes->data + at, "\x1F\x8B\x08", 3) != 0)
        at--;
    return at;
}

static void flip(struct buf *bytes)
{
    bytes->data[bytes->len / 2] = (char)(bytes->data[bytes->len / 2] ^ 0x10);
}

static void cut(struct buf *bytes)
{
    bytes->len /= 2;
}

static void lose_trailer(struct buf *bytes)
{
    bytes->len = trailer_at(bytes);
}

static void empty(struct buf *bytes)
{
    bytes->len = 0;
}

static void grow(struct buf *bytes)
{
    buf_text(bytes, "and more");
}

/* A file of staging, the steps that make it, and what then reads it. */
struct staged_file {
    const char *name, *made_by[2], *read_by;
};

static const struct damage {
    const char *name;
    void (*how)(struct buf *bytes);
} damages[] = {{"a flipped bit", flip},
               {"cut", cut},
               {"without its trailer", lose_trailer},
               {"empty", empty},
               {"longer", grow}};

static void meets_damage(struct world *w, const struct staged_file *file, const char *path,
                         const struct buf *good, const struct damage *damage)
{
    AUTO(buf_done) struct buf bytes = {0};
    struct err err;
    int code;

    buf_put(&bytes, good->data, good->len);
    damage->how(&bytes);
    assert_true(file_put(path, buf_str(&bytes), bytes.len, &err));
    code = text_same(file->read_by, "rerun") ? world_run(w, "--raw", "rerun", TODAY, NULL)
                                             : world_run(w, file->read_by, NULL);
    if (code != 4 || !strstr(w->output, file->name) || !strstr(w->output, "`tagwerk "))
        fail_msg("%s, %s: %d: %s", file->name, damage->name, code, w->output);
}

/* REQ-Z2 REQ-Z3: whatever became of it, no line of it is believed. */
static void is_never_read(struct world *w, const struct staged_file *file)
{
    AUTO(buf_done) struct buf good = {0};
    const char *path;
    struct err err;

    shop_sells(w, 560000001, 5, "");
    for (size_t i = 0; i < ARRAY_LEN(file->made_by) && file->made_by[i]; i++)
        assert_int_equal(world_run(w, file->made_by[i], NULL), 0);
    path = staged(w, file->name);
    assert_true(file_read(path, &good, NULL, &err));
    for (size_t i = 0; i < ARRAY_LEN(damages); i++)
        meets_damage(w, file, path, &good, &damages[i]);
    assert_int_equal(incoming_count(w), text_same(file->made_by[0], "run") ? 5 : 0);
    world_pass(w, 60);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(incoming_count(w), 5);
    assert_int_equal(pushes(w, "560000003"), 1);
    world_assert_balanced(w);
    world_assert_quiet(w);
}

static void a_damaged_in_file_is_never_read(void **state)
{
    is_never_read(*state, &(const struct staged_file){"orders.in.gz", {"extract"}, "transform"});
}

static void a_damaged_out_file_is_never_read(void **state)
{
    is_never_read(*state,
                  &(const struct staged_file){"orders.out.gz", {"extract", "transform"}, "load"});
}

static void a_damaged_raw_file_is_never_read(void **state)
{
    is_never_read(*state, &(const struct staged_file){"orders.raw.gz", {"run"}, "rerun"});
}

/* ---- the ledger ---- */

static void stops_before_a_call(struct world *w, const char *says)
{
    int64_t calls = world_count(w, "calls");

    assert_int_equal(world_run(w, "run", NULL), 4);
    assert_told(w, "ledger.db");
    assert_told(w, says);
    assert_int_equal(world_count(w, "calls"), calls);
}

static void a_ledger_that_is_none_stops_the_run_before_a_call(void **state)
{
    struct world *w = *state;
    const char *path = arena_format(&w->arena, "%s/" LEDGER, w->home);
    struct err err;

    world_order(w, "\"id\":560000001");
    assert_true(file_put(path, "order;weight\n4711;3\n", 20, &err));
    stops_before_a_call(w, "backup");
}

/* ---- what may not be written ---- */

#define NOBODY 65534

/* Gives a folder and all in it to this user. */
static void give(struct world *w, const char *path, uid_t user)
{
    const char *const *names;
    struct stat facts;
    size_t count;
    struct err err;

    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(chown(path, user, (gid_t)-1), 0);
    if (!S_ISDIR(facts.st_mode))
        return;
    assert_true(folder_list(path, &w->arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++)
        give(w, arena_format(&w->arena, "%s/%s", path, names[i]), user);
}

/* For root nothing is read-only: the run is made by somebody else then. */
static int run_as_anybody(struct world *w)
{
    static const char *const words[] = {"run", NULL};
    bool is_root = geteuid() == 0;
    int code;
    pid_t pid;

    if (is_root)
        give(w, w->root, NOBODY);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (is_root && setuid(NOBODY) != 0)
            _exit(127);
        _exit(world_wait(world_start(w, NULL, words)));
    }
    code = world_wait(pid);
    w->output = world_output(w, ++w->started);
    if (is_root)
        give(w, w->root, 0);
    return code;
}

static void may_not_be_written(struct world *w, const char *name, mode_t closed, mode_t open)
{
    const char *path = arena_format(&w->arena, "%s/%s", w->home, name);
    int64_t calls;

    shop_sells(w, 560000001, 2, "");
    assert_int_equal(run_as_anybody(w), 0);
    shop_sells(w, 560000003, 1, "");
    world_pass(w, HOUR);
    calls = world_count(w, "calls");
    assert_int_equal(chmod(path, closed), 0);
    assert_int_equal(run_as_anybody(w), 4);
    assert_told(w, name);
    assert_told(w, "the user who runs tagwerk");
    assert_int_equal(world_count(w, "calls"), calls);
    assert_int_equal(chmod(path, open), 0);
    assert_int_equal(run_as_anybody(w), 0);
    assert_int_equal(incoming_count(w), 3);
    world_assert_balanced(w);
    world_assert_quiet(w);
}

/* REQ-Z4: without a ledger nothing leaves. */
static void a_ledger_that_may_not_be_written_stops_the_run_before_a_call(void **state)
{
    may_not_be_written(*state, LEDGER, 0400, 0600);
}

static void a_folder_that_may_not_be_written_stops_the_run_before_a_call(void **state)
{
    may_not_be_written(*state, "staging", 0500, 0700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_V2(a_damaged_in_file_is_never_read),
        WITH_V2(a_damaged_out_file_is_never_read),
        WITH_V2(a_damaged_raw_file_is_never_read),
        WITH_V2(a_ledger_that_may_not_be_written_stops_the_run_before_a_call),
        WITH_V2(a_folder_that_may_not_be_written_stops_the_run_before_a_call),
        WITH_V2(a_ledger_that_is_none_stops_the_run_before_a_call),
    };

    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
