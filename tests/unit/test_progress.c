/* test_progress.c: the line on a terminal. Standard error is put on a pseudo terminal for it. */
#include "harness/harness.h"

#include "harness/aid.h"
#include "step/progress.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ERASE "\r\033[K"
#define MARK '\1'

struct terminal {
    int master, kept; /* kept: the real standard error */
    struct buf seen;
};

/* posix_openpt and its like are X/Open's; this is what stands behind them. */
static int open_terminal(void **state)
{
    static struct terminal terminal;
    int number = 0, unlocked = 0, slave;
    char path[32];

    terminal = (struct terminal){.master = open("/dev/ptmx", O_RDWR | O_NOCTTY)};
    if (terminal.master < 0)
        return 0; /* a machine without terminals: the tests skip themselves */
    assert_int_equal(ioctl(terminal.master, TIOCSPTLCK, &unlocked), 0);
    assert_int_equal(ioctl(terminal.master, TIOCGPTN, &number), 0);
    (void)snprintf(path, sizeof path, "/dev/pts/%d", number);
    slave = open(path, O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    terminal.kept = dup(STDERR_FILENO);
    assert_true(terminal.kept >= 0);
    assert_int_equal(dup2(slave, STDERR_FILENO), STDERR_FILENO);
    (void)close(slave);
    *state = &terminal;
    return 0;
}

static int close_terminal(void **state)
{
    struct terminal *terminal = *state;

    if (!terminal)
        return 0;
    (void)dup2(terminal->kept, STDERR_FILENO);
    (void)close(terminal->kept);
    (void)close(terminal->master);
    buf_done(&terminal->seen);
    return 0;
}

/* What the terminal has been shown since the last look: up to a mark of our own. */
static const char *look(struct terminal *terminal)
{
    char byte = MARK;

    buf_reset(&terminal->seen);
    assert_int_equal(write(STDERR_FILENO, &byte, 1), 1);
    while (read(terminal->master, &byte, 1) == 1 && byte != MARK)
        buf_char(&terminal->seen, byte);
    return buf_str(&terminal->seen);
}

static struct progress begin(void)
{
    struct progress progress;

    progress_open(&progress);
    progress_begin(&progress, "extract", "shop-parcels", "orders");
    return progress;
}

static void a_terminal_is_told_what_is_done_and_what_it_waits_for(void **state)
{
    struct progress progress;
    const char *line;

    if (!*state) {
        skip();
        return;
    }
    progress = begin();
    progress_show(&progress, 250, 3, "the pace of shop");
    line = look(*state);
    assert_memory_equal(line, ERASE, strlen(ERASE));
    assert_non_null(strstr(line, "extract   shop-parcels orders  250 records  3 calls"));
    assert_non_null(strstr(line, "waits: the pace of shop"));
    assert_null(strchr(line, '\n'));
}

static void the_line_is_drawn_ten_times_a_second_at_most(void **state)
{
    struct progress progress;

    if (!*state) {
        skip();
        return;
    }
    progress = begin();
    progress_show(&progress, 1, 1, NULL);
    assert_non_null(strstr(look(*state), "1 records"));
    progress.drawn_ms += INT64_C(3600000); /* as though it had been drawn just now */
    progress_show(&progress, 2, 1, NULL);
    assert_string_equal(look(*state), "");
}

static void the_end_is_always_drawn_and_leaves_the_line_standing(void **state)
{
    struct progress progress;
    const char *line;

    if (!*state) {
        skip();
        return;
    }
    progress = begin();
    progress_show(&progress, 1, 1, NULL);
    progress_end(&progress, 500, 4);
    line = look(*state);
    assert_non_null(strstr(line, "500 records  4 calls"));
    assert_null(strstr(line, "waits"));
    assert_string_equal(line + strlen(line) - 2, "\r\n");
}

static void where_nobody_looks_nothing_is_drawn(void **state)
{
    struct progress progress;

    (void)state;
    errors_catch();
    progress = begin();
    progress_show(&progress, 250, 3, "nothing");
    progress_end(&progress, 250, 3);
    assert_false(progress.shown);
    assert_string_equal(errors_caught(), "");
}

#define on_terminal(test) cmocka_unit_test_setup_teardown(test, open_terminal, close_terminal)

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_terminal(a_terminal_is_told_what_is_done_and_what_it_waits_for),
        on_terminal(the_line_is_drawn_ten_times_a_second_at_most),
        on_terminal(the_end_is_always_drawn_and_leaves_the_line_standing),
        in_folder(where_nobody_looks_nothing_is_drawn),
    };

    return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
