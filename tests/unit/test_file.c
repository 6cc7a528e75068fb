#include "harness/aid.h"
#include "harness/harness.h"

#include "core/file.h"
#include "core/gate.h"
#include "core/text.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777U;
}

/* A path of that many bytes below the folder. */
static const char *long_path(size_t len, char out[static 4096])
{
    size_t at = (size_t)snprintf(out, 4096, "%s/", path_of(NULL));

    while (at < len) {
        out[at] = at % 100 == 0 ? '/' : 'a';
        at++;
    }
    out[len] = '\0';
    return out;
}

/* ---- whole or not at all ---- */

static void a_file_is_there_whole_once_it_is_committed(void **state)
{
    AUTO(file_close) struct file file = {0};
    const char *path = path_of("report.csv");
    struct err err;

    (void)state;
    assert_true(file_create(path, &file, &err));
    assert_true(file_write(&file, "a;b\n", 4, &err));
    assert_false(file_exists(path));
    assert_true(file_write(&file, "", 0, &err));
    assert_true(file_write(&file, "1;2\n", 4, &err));
    assert_false(file_exists(path));
    assert_true(file_commit(&file, &err));
    assert_string_equal(read_file(path), "a;b\n1;2\n");
    assert_int_equal(count_files(path_of(NULL)), 1);
}

static void a_file_that_is_not_committed_leaves_nothing_and_keeps_the_old(void **state)
{
    const char *path = path_of("report.csv");
    struct file file = {0};
    struct err err;

    (void)state;
    assert_true(file_put(path, "old", 3, &err));
    assert_true(file_create(path, &file, &err));
    assert_true(file_write(&file, "new", 3, &err));
    file_close(&file);
    file_close(&file); /* fine on a closed one */
    assert_string_equal(read_file(path), "old");
    assert_int_equal(count_files(path_of(NULL)), 1);
}

static void putting_replaces_what_was_there(void **state)
{
    const char *path = path_of("report.csv");
    struct err err;

    (void)state;
    assert_true(file_put(path, "a long old content", 18, &err));
    assert_true(file_put(path, "new", 3, &err));
    assert_string_equal(read_file(path), "new");
    assert_true(file_put(path, NULL, 0, &err));
    assert_string_equal(read_file(path), "");
    assert_int_equal(count_files(path_of(NULL)), 1);
}

/* REQ-A11, REQ-A12 */
static void files_and_folders_are_their_owners_alone(void **state)
{
    mode_t usual = umask(0);
    const char *path = path_of("staging/shop/2024-06-03/in.gz");
    struct err err;

    (void)state;
    assert_true(file_put(path, "x", 1, &err));
    (void)umask(usual);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(mode_of(path_of("staging")), 0700);
    assert_int_equal(mode_of(path_of("staging/shop")), 0700);
    assert_int_equal(mode_of(path_of("staging/shop/2024-06-03")), 0700);
}

/* Makes the n-th gate from now fail. */
static void fail_gate(uint64_t n)
{
    char number[24];

    for (size_t i = 0; i < GATE_COUNT; i++)
        n += gate_count((enum gate)i);
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)n);
    (void)setenv("TAGWERK_FAIL_AT", number, 1);
}

static void whatever_step_fails_the_file_is_whole_or_as_it_was(void **state)
{
    const char *path = path_of("a/report.csv");
    struct err err = {0};
    bool done = false;

    (void)state;
    for (unsigned n = 1; !done; n++) {
        assert_true(file_put(path, "old", 3, &err));
        fail_gate(n);
        done = file_put(path, "new", 3, &err);
        (void)unsetenv("TAGWERK_FAIL_AT");
        if (!done)
            assert_says(err, ERR_STORE, "TAGWERK_FAIL_AT");
        if (!text_same(read_file(path), "old") && !text_same(read_file(path), "new"))
            fail_msg("after step %u it is '%s'", n, read_file(path));
        assert_int_equal(count_files(path_of("a")), 1);
        assert_true(n < 20);
    }
    assert_string_equal(read_file(path), "new");
}

/* A limit on the size of files plays the full disk. */
static void a_full_disk_is_told_and_the_old_file_stays(void **state)
{
    static char content[20000];
    const char *path = path_of("report.csv");
    struct rlimit usual, tight;
    struct err err = {0};
    bool good;

    (void)state;
    assert_true(file_put(path, "old", 3, &err));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    tight = (struct rlimit){.rlim_cur = 8192, .rlim_max = usual.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    good = file_put(path, content, sizeof content, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    assert_false(good);
    assert_says(err, ERR_STORE, "report.csv");
    assert_string_equal(read_file(path), "old");
    assert_int_equal(count_files(path_of(NULL)), 1);
}

static void no_space_left_says_how_to_mend_it(void **state)
{
    struct file file = {.open = true, .fd = open("/dev/full", O_WRONLY | O_CLOEXEC)};
    struct err err = {0};

    (void)state;
    (void)snprintf(file.path, sizeof file.path, "staging/in.gz");
    assert_false(file_write(&file, "x", 1, &err));
    assert_says(err, ERR_STORE, "staging/in.gz");
    assert_says(err, ERR_STORE, "`df`");
    assert_says(err, ERR_STORE, "No space left");
    (void)close(file.fd);
}

static void what_cannot_be_made_durable_or_put_in_place_is_told(void **state)
{
    struct err err = {0};
    struct file file = {0};
    int ends[2], kept;

    (void)state;
    assert_true(file_create(path_of("a/b"), &file, &err));
    assert_int_equal(pipe(ends), 0); /* a pipe cannot be synced */
    kept = dup(file.fd);
    (void)dup2(ends[1], file.fd);
    assert_false(file_commit(&file, &err));
    assert_says(err, ERR_STORE, "durable");
    (void)dup2(kept, file.fd);
    assert_int_equal(rename(path_of("a"), path_of("c")), 0); /* pulled away from under it */
    assert_false(file_commit(&file, &err));
    assert_says(err, ERR_STORE, "cannot put");
    file_close(&file);
    (void)close(kept);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void where_nothing_can_be_made_no_file_is_begun(void **state)
{
    struct file file = {0};
    struct err err = {0};

    (void)state;
    assert_false(file_create("/proc/tagwerk-test", &file, &err));
    assert_says(err, ERR_STORE, "/proc/");
    assert_false(file_create("/proc/tagwerk-test/a", &file, &err));
    assert_says(err, ERR_STORE, "cannot make the folder");
    write_file(path_of("plain"), "");
    assert_false(file_create(path_of("plain/below"), &file, &err));
    assert_says(err, ERR_STORE, "plain");
    assert_false(file.open);
}

static void a_path_without_a_folder_is_here(void **state)
{
    char here[PATH_SIZE];
    struct err err;

    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(path_of(NULL)), 0);
    assert_true(file_put("bare", "x", 1, &err));
    assert_true(folder_make("a//b/", &err));
    assert_int_equal(chdir(here), 0);
    assert_string_equal(read_file(path_of("bare")), "x");
    assert_true(file_exists(path_of("a/b")));
}

static void a_path_in_the_root_is_in_the_root(void **state)
{
    AUTO(buf_done) struct buf holder = {0};
    struct lock lock = {0};
    struct err err = {0};

    (void)state;
    assert_false(lock_take("/proc", "me", &lock, &holder, &err)); /* its folder is / */
    assert_says(err, ERR_STORE, "/proc");
}

static void paths_that_are_too_long_are_refused(void **state)
{
    AUTO(buf_done) struct buf holder = {0};
    struct lock lock = {0};
    struct file file = {0};
    struct err err = {0};
    char path[4096];

    (void)state;
    for (size_t len = PATH_SIZE - 20; len < PATH_SIZE + 300; len++)
        if (file_create(long_path(len, path), &file, &err))
            file_close(&file);
        else
            assert_says(err, ERR_STORE, "too long");
    assert_false(file_create(long_path(PATH_SIZE, path), &file, &err));
    assert_false(file_create(long_path(PATH_SIZE - 1, path), &file, &err)); /* the temporary name */
    assert_false(folder_make(long_path(PATH_SIZE, path), &err));
    assert_says(err, ERR_STORE, "too long");
    assert_false(lock_take(long_path(4000, path), "me", &lock, &holder, &err));
    assert_says(err, ERR_STORE, "too long");
}

/* A temporary name in another folder could not be renamed, or would be left there. */
static void a_long_path_has_its_temporary_name_beside_it(void **state)
{
    char path[4096], folder[4096];
    struct file file = {0};
    struct err err;

    (void)state;
    (void)long_path(900, path);
    (void)long_path(800, folder);
    assert_true(file_create(path, &file, &err));
    assert_int_equal(strncmp(file.temp, folder, 800), 0);
    assert_true(file_write(&file, "x", 1, &err));
    assert_true(file_commit(&file, &err));
    assert_string_equal(read_file(path), "x");
}

/* ---- interruptions ---- */

static int pipe_ends[2];

static void drain(int signal_number)
{
    static unsigned signals;
    char bytes[65536];

    (void)signal_number;
    if (++signals % 3 == 0) /* at the others the pipe stays full */
        (void)!read(pipe_ends[0], bytes, sizeof bytes);
}

static void say_and_close(int signal_number)
{
    (void)signal_number;
    if (pipe_ends[1] < 0)
        return;
    (void)!write(pipe_ends[1], "late", 4);
    (void)close(pipe_ends[1]);
    pipe_ends[1] = -1;
}

/* A signal in some milliseconds, again and again until it is stopped. */
static void interrupt_with(void (*act)(int))
{
    struct sigaction handler = {.sa_handler = act};
    struct itimerval often = {.it_value = {.tv_usec = 2000}, .it_interval = {.tv_usec = 2000}};

    if (!act) {
        often = (struct itimerval){0};
        handler.sa_handler = SIG_IGN;
    }
    (void)sigemptyset(&handler.sa_mask);
    assert_int_equal(sigaction(SIGALRM, &handler, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static void an_interrupted_write_goes_on(void **state)
{
    static char content[300000]; /* more than a pipe holds */
    struct file file = {.open = true};
    struct err err;

    (void)state;
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK), 0);
    file.fd = pipe_ends[1];
    interrupt_with(drain);
    assert_true(file_write(&file, content, sizeof content, &err));
    interrupt_with(NULL);
    (void)close(pipe_ends[0]);
    (void)close(pipe_ends[1]);
}

static void an_interrupted_read_goes_on(void **state)
{
    AUTO(buf_done) struct buf content = {0};
    char path[32];
    struct err err;
    bool good;

    (void)state;
    assert_int_equal(pipe(pipe_ends), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", pipe_ends[0]);
    interrupt_with(say_and_close);
    good = file_read(path, &content, NULL, &err);
    interrupt_with(NULL);
    assert_true(good);
    assert_string_equal(buf_str(&content), "late");
    (void)close(pipe_ends[0]);
}

/* ---- reading ---- */

static void a_file_is_read_whole(void **state)
{
    AUTO(buf_done) struct buf content = {0};
    static char large[200000];
    struct err err;
    bool missing = true;

    (void)state;
    memset(large, 'a', sizeof large);
    assert_true(file_put(path_of("large"), large, sizeof large, &err));
    buf_text(&content, "of before");
    assert_true(file_read(path_of("large"), &content, &missing, &err));
    assert_false(missing);
    assert_int_equal(content.len, sizeof large);
    assert_memory_equal(content.data, large, sizeof large);
    assert_true(file_put(path_of("empty"), "", 0, &err));
    assert_true(file_read(path_of("empty"), &content, NULL, &err));
    assert_string_equal(buf_str(&content), "");
}

static void a_ceiling_is_kept_to_the_byte(void **state)
{
    AUTO(buf_done) struct buf content = {.max = 1000};
    static char text[1001];
    struct err err = {0};

    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(file_put(path_of("fits"), text, 1000, &err));
    assert_true(file_put(path_of("over"), text, 1001, &err));
    assert_true(file_read(path_of("fits"), &content, NULL, &err));
    assert_int_equal(content.len, 1000);
    assert_false(file_read(path_of("over"), &content, NULL, &err));
    assert_says(err, ERR_STORE, "larger than 1000 bytes");
    content.max = 0;
    assert_true(file_read(path_of("over"), &content, NULL, &err));
    assert_int_equal(content.len, 1001);
}

static void a_missing_file_is_an_error_unless_it_may_be_missing(void **state)
{
    AUTO(buf_done) struct buf content = {0};
    struct err err = {0};
    bool missing = false;

    (void)state;
    buf_text(&content, "of before");
    assert_false(file_read(path_of("none"), &content, NULL, &err));
    assert_says(err, ERR_STORE, "none");
    assert_true(file_read(path_of("none"), &content, &missing, &err));
    assert_true(missing);
    assert_int_equal(content.len, 0);
    assert_false(file_read(path_of(NULL), &content, &missing, &err)); /* a folder */
    assert_false(missing);
    assert_false(file_read("/dev/null/x", &content, &missing, &err));
    assert_false(missing);
}

static void add_up(void *context, const void *bytes, size_t len)
{
    buf_put(context, bytes, len);
}

static void blocks_are_the_whole_file_in_turn(void **state)
{
    AUTO(buf_done) struct buf written = {0};
    AUTO(buf_done) struct buf seen = {0};
    struct err err = {0};

    (void)state;
    for (int i = 0; i < 30000; i++)
        buf_int(&written, i);
    assert_true(file_put(path_of("large"), written.data, written.len, &err));
    assert_true(file_blocks(path_of("large"), add_up, &seen, &err));
    assert_int_equal(seen.len, written.len);
    assert_memory_equal(seen.data, written.data, written.len);
    assert_false(file_blocks(path_of("none"), add_up, &seen, &err));
    assert_says(err, ERR_STORE, "none");
    assert_false(file_blocks(path_of(NULL), add_up, &seen, &err));
    assert_says(err, ERR_STORE, "cannot read");
}

/* ---- folders ---- */

static void a_folder_is_made_with_its_parents_and_may_be_there(void **state)
{
    struct err err = {0};

    (void)state;
    assert_true(folder_make(path_of("a/b/c"), &err));
    assert_true(folder_make(path_of("a/b/c"), &err));
    assert_true(folder_make(path_of("a"), &err));
    assert_int_equal(mode_of(path_of("a/b/c")), 0700);
}

static void a_file_in_the_place_of_a_folder_is_an_error(void **state)
{
    struct err err = {0};

    (void)state;
    write_file(path_of("plain"), "");
    assert_false(folder_make(path_of("plain"), &err));
    assert_says(err, ERR_STORE, "cannot make the folder");
    assert_false(folder_make(path_of("plain/a"), &err));
    assert_says(err, ERR_STORE, "cannot make the folder");
}

/* Else a file could be durable in a folder that is gone after a power cut. */
static void a_new_folder_is_made_durable_in_its_parent(void **state)
{
    uint64_t before = gate_count(GATE_SYNC);
    struct err err;

    (void)state;
    assert_true(folder_make(path_of("a/b"), &err));
    assert_int_equal(gate_count(GATE_SYNC), before + 2);
    assert_true(folder_make(path_of("a/b"), &err));
    assert_int_equal(gate_count(GATE_SYNC), before + 2);
}

static void names_are_listed_sorted_and_without_hidden_ones(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const char *const *names;
    size_t count = 0;
    struct err err;
    char name[16];

    (void)state;
    for (int i = 39; i >= 0; i--) {
        (void)snprintf(name, sizeof name, "f%02d", i);
        write_file(path_of(name), "");
    }
    write_file(path_of(".f.tmp"), "");
    assert_true(folder_list(path_of(NULL), &arena, &names, &count, &err));
    assert_int_equal(count, 40);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(name, sizeof name, "f%02d", (int)(i % 100));
        assert_string_equal(names[i], name);
    }
}

static void a_missing_folder_is_empty_and_a_file_is_none(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const char *const *names;
    size_t count = 7;
    struct err err = {0};

    (void)state;
    assert_true(folder_list(path_of("none"), &arena, &names, &count, &err));
    assert_int_equal(count, 0);
    count = 7;
    assert_true(folder_list(path_of(NULL), &arena, &names, &count, &err));
    assert_int_equal(count, 0);
    write_file(path_of("plain"), "");
    assert_false(folder_list(path_of("plain"), &arena, &names, &count, &err));
    assert_says(err, ERR_STORE, "cannot list");
}

static void removing_what_is_not_there_is_done(void **state)
{
    struct err err = {0};

    (void)state;
    assert_true(file_put(path_of("a"), "x", 1, &err));
    assert_true(file_remove(path_of("a"), &err));
    assert_false(file_exists(path_of("a")));
    assert_true(file_remove(path_of("a"), &err));
    assert_true(folder_make(path_of("folder"), &err));
    assert_false(file_remove(path_of("folder"), &err));
    assert_says(err, ERR_STORE, "cannot remove");
}

static void what_a_killed_writer_left_is_swept_and_nothing_else(void **state)
{
    struct err err = {0};

    (void)state;
    assert_true(file_put(path_of("run/in.gz"), "x", 1, &err));
    write_file(path_of("run/.in.gz.tmp"), "left by a crash");
    write_file(path_of("run/.keep"), "");
    assert_true(folder_sweep(path_of("run"), &err));
    assert_false(file_exists(path_of("run/.in.gz.tmp")));
    assert_true(file_exists(path_of("run/.keep")));
    assert_true(file_exists(path_of("run/in.gz")));
    assert_true(folder_sweep(path_of("none"), &err));
}

static void a_folder_that_cannot_be_synced_is_told(void **state)
{
    struct err err = {0};

    (void)state;
    assert_false(folder_sync(path_of("none"), &err));
    assert_says(err, ERR_STORE, "cannot open the folder");
    assert_false(folder_sync("/proc", &err));
    assert_says(err, ERR_STORE, "durable");
    assert_true(folder_sync(path_of(NULL), &err));
}

static void a_gate_that_fails_stops_the_step_behind_it(void **state)
{
    struct err err = {0};

    (void)state;
    assert_true(file_put(path_of("a"), "x", 1, &err));
    fail_gate(1);
    assert_false(file_remove(path_of("a"), &err));
    assert_says(err, ERR_STORE, "remove of file");
    assert_true(file_exists(path_of("a")));
    (void)unsetenv("TAGWERK_FAIL_AT");
}

/* ---- paths ---- */

static void parts_are_joined_with_slashes(void **state)
{
    char path[PATH_SIZE], part[PATH_SIZE];
    struct err err = {0};

    (void)state;
    assert_true(path_join(path, &err, "home", "staging", "in.gz", NULL));
    assert_string_equal(path, "home/staging/in.gz");
    assert_true(path_join(path, &err, "home", NULL));
    assert_string_equal(path, "home");
    assert_true(path_join(path, &err, path, "below", NULL)); /* onto itself */
    assert_string_equal(path, "home/below");
    assert_true(path_join(path, &err, NULL));
    assert_string_equal(path, "");
    memset(part, 'a', sizeof part);
    part[PATH_SIZE - 3] = '\0';
    assert_true(path_join(path, &err, part, "b", NULL));
    assert_int_equal(strlen(path), PATH_SIZE - 1);
    assert_false(path_join(path, &err, part, "bc", NULL));
    assert_says(err, ERR_SETUP, "nearer to the root");
    assert_false(path_join(path, &err, part, "bc", "d", NULL));
    assert_int_equal(strlen(path), PATH_SIZE - 1); /* untouched */
}

/* ---- the lock ---- */

/* Takes the lock in a process that then waits to be killed. */
static pid_t hold_elsewhere(const char *path)
{
    int ready[2];
    char byte = 0;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        AUTO(buf_done) struct buf holder = {0};
        struct lock lock = {0};
        struct err err;

        if (!lock_take(path, "run 20240603T081500.123Z, process 17", &lock, &holder, &err))
            _exit(1);
        (void)!write(ready[1], "x", 1);
        for (;;)
            (void)pause();
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    return pid;
}

/* REQ-Z4: two runs at once; and a dead holder holds nothing. */
static void a_second_process_is_told_who_holds_the_lock(void **state)
{
    AUTO(buf_done) struct buf holder = {0};
    const char *path = path_of("staging/lock");
    struct lock lock = {.held = true};
    struct err err;
    pid_t pid = hold_elsewhere(path);

    (void)state;
    assert_true(lock_take(path, "me", &lock, &holder, &err));
    assert_false(lock.held);
    assert_string_equal(buf_str(&holder), "run 20240603T081500.123Z, process 17");
    lock_release(&lock); /* fine on one that is not held */
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(lock_take(path, "me", &lock, &holder, &err));
    assert_true(lock.held);
    assert_string_equal(read_file(path), "me"); /* nothing of the longer one before */
    assert_int_equal(mode_of(path), 0600);
    lock_release(&lock);
    assert_false(lock.held);
}

static void a_released_lock_may_be_taken(void **state)
{
    AUTO(buf_done) struct buf holder = {0};
    struct lock first = {0}, second = {0};
    struct err err;

    (void)state;
    assert_true(lock_take(path_of("lock"), "first", &first, &holder, &err));
    assert_true(lock_take(path_of("lock"), "second", &second, &holder, &err));
    assert_false(second.held);
    assert_string_equal(buf_str(&holder), "first");
    lock_release(&first);
    lock_release(&first);
    assert_true(lock_take(path_of("lock"), "second", &second, &holder, &err));
    assert_true(second.held);
    lock_release(&second);
}

static void a_lock_that_cannot_be_had_is_an_error(void **state)
{
    AUTO(buf_done) struct buf holder = {.max = 3};
    struct lock lock = {0}, other = {0};
    struct err err = {0};

    (void)state;
    assert_false(lock_take(path_of(NULL), "me", &lock, &holder, &err));
    assert_says(err, ERR_STORE, "cannot open the lock");
    assert_false(lock_take("/proc/none/lock", "me", &lock, &holder, &err));
    assert_says(err, ERR_STORE, "cannot make the folder");
    assert_false(lock_take("/dev/full", "me", &lock, &holder, &err));
    assert_says(err, ERR_STORE, "cannot write the lock");
    assert_false(lock.held);
    assert_true(lock_take(path_of("lock"), "longer than three", &lock, &holder, &err));
    assert_false(lock_take(path_of("lock"), "me", &other, &holder, &err));
    assert_says(err, ERR_STORE, "larger than 3 bytes");
    lock_release(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_file_is_there_whole_once_it_is_committed),
        in_folder(a_file_that_is_not_committed_leaves_nothing_and_keeps_the_old),
        in_folder(putting_replaces_what_was_there),
        in_folder(files_and_folders_are_their_owners_alone),
        in_folder(whatever_step_fails_the_file_is_whole_or_as_it_was),
        in_folder(a_full_disk_is_told_and_the_old_file_stays),
        in_folder(no_space_left_says_how_to_mend_it),
        in_folder(what_cannot_be_made_durable_or_put_in_place_is_told),
        in_folder(where_nothing_can_be_made_no_file_is_begun),
        in_folder(a_path_without_a_folder_is_here),
        in_folder(a_path_in_the_root_is_in_the_root),
        in_folder(paths_that_are_too_long_are_refused),
        in_folder(a_long_path_has_its_temporary_name_beside_it),
        in_folder(an_interrupted_write_goes_on),
        in_folder(an_interrupted_read_goes_on),
        in_folder(a_file_is_read_whole),
        in_folder(a_ceiling_is_kept_to_the_byte),
        in_folder(a_missing_file_is_an_error_unless_it_may_be_missing),
        in_folder(blocks_are_the_whole_file_in_turn),
        in_folder(a_folder_is_made_with_its_parents_and_may_be_there),
        in_folder(a_file_in_the_place_of_a_folder_is_an_error),
        in_folder(a_new_folder_is_made_durable_in_its_parent),
        in_folder(names_are_listed_sorted_and_without_hidden_ones),
        in_folder(a_missing_folder_is_empty_and_a_file_is_none),
        in_folder(removing_what_is_not_there_is_done),
        in_folder(what_a_killed_writer_left_is_swept_and_nothing_else),
        in_folder(a_folder_that_cannot_be_synced_is_told),
        in_folder(a_gate_that_fails_stops_the_step_behind_it),
        in_folder(parts_are_joined_with_slashes),
        in_folder(a_second_process_is_told_who_holds_the_lock),
        in_folder(a_released_lock_may_be_taken),
        in_folder(a_lock_that_cannot_be_had_is_an_error),
    };

    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
