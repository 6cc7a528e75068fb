#include "harness/aid.h"
#include "harness/harness.h"

#include "core/log.h"

#include <fcntl.h>
#include <unistd.h>

/* What stands behind the time, which is checked on the way. */
static const char *behind_time(const char *line)
{
    static const char shape[] = "0000-00-00T00:00:00Z ";

    for (size_t i = 0; shape[i]; i++) {
        if (shape[i] == '0')
            assert_in_range(line[i], '0', '9');
        else
            assert_int_equal(line[i], shape[i]);
    }
    return line + sizeof shape - 1;
}

static size_t lines_in(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void a_fact_is_one_line_of_keys_and_values(void **state)
{
    const char *caught;

    (void)state;
    errors_catch();
    log_event(LOG_WARN, "refused", "route", "shop-parcels", "count", "3", NULL);
    caught = errors_caught();
    assert_string_equal(behind_time(caught),
                        "level=warn event=refused route=shop-parcels count=3\n");
}

static void values_are_quoted_when_they_need_it(void **state)
{
    const char *caught;

    (void)state;
    errors_catch();
    log_event(LOG_INFO, "e", "a", "two words", "b", "", "c", NULL, "d", "k=v", "e", "say \"no\"",
              "f", "Köln", NULL);
    caught = errors_caught();
    assert_string_equal(behind_time(caught), "level=info event=e a=\"two words\" b=\"\" c=\"\" "
                                             "d=\"k=v\" e=\"say 'no'\" f=\"Köln\"\n");
}

static void nobody_can_smuggle_in_a_line(void **state)
{
    const char *caught;

    (void)state;
    errors_catch();
    log_event(LOG_ERROR, "refused", "text",
              "x\n2024-06-03T00:00:00Z level=info event=all_is_well\r\"\x1B[2J\x7F", NULL);
    caught = errors_caught();
    assert_int_equal(lines_in(caught), 1);
    assert_null(strchr(caught, '\r'));
    assert_null(strchr(caught, 0x1B));
    assert_null(strchr(caught, 0x7F));
    assert_non_null(strstr(caught, "text=\"x 2024"));
}

static void levels_above_the_threshold_are_not_said(void **state)
{
    static const enum log_level levels[] = {LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG};
    const char *caught;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        errors_catch();
        log_level_set(levels[i]);
        log_event(LOG_ERROR, "e", NULL);
        log_event(LOG_WARN, "e", NULL);
        log_event(LOG_INFO, "e", NULL);
        log_event(LOG_DEBUG, "e", NULL);
        caught = errors_caught();
        assert_int_equal(lines_in(caught), i + 1);
    }
    assert_non_null(strstr(caught, "level=debug"));
    log_level_set(LOG_INFO);
}

static void a_line_that_is_too_long_is_cut_and_still_a_line(void **state)
{
    char value[10000];
    const char *caught;

    (void)state;
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    errors_catch();
    log_event(LOG_WARN, "long", "value", value, "quoted", "a b", NULL);
    log_event(LOG_WARN, "long", "quoted", "a b", "value", value, NULL);
    value[100] = ' ';
    log_event(LOG_WARN, "long", "value", value, NULL);
    log_event(LOG_WARN, "next", NULL);
    caught = errors_caught();
    assert_int_equal(lines_in(caught), 4);
    caught = strstr(caught, "event=next");
    assert_non_null(caught);
    assert_string_equal(caught, "event=next\n");
}

static void when_nobody_listens_only_errors_are_tried(void **state)
{
    const char *caught;
    int deaf;

    (void)state;
    errors_catch();
    deaf = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)dup2(deaf, STDERR_FILENO);
    (void)close(deaf);
    log_event(LOG_INFO, "unheard", NULL);
    (void)errors_caught();
    errors_catch();
    log_event(LOG_INFO, "unsaid", NULL);
    log_event(LOG_ERROR, "caught", NULL);
    caught = errors_caught();
    assert_null(strstr(caught, "unsaid"));
    assert_non_null(strstr(caught, "event=caught"));
    log_level_set(LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(a_fact_is_one_line_of_keys_and_values),
        in_folder(values_are_quoted_when_they_need_it),
        in_folder(nobody_can_smuggle_in_a_line),
        in_folder(levels_above_the_threshold_are_not_said),
        in_folder(a_line_that_is_too_long_is_cut_and_still_a_line),
        in_folder(when_nobody_listens_only_errors_are_tried),
    };

    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
