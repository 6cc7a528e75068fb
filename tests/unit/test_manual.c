/* test_manual.c: the manual and the example configuration say what the program's own tables say. A
 * page that lies by leaving out is as wrong as any other. */
#include "harness/folder.h"
#include "harness/harness.h"

#include "cli.h"
#include "connector/connector.h"
#include "core/file.h"
#include "core/text.h"
#include "plan/plan.h"
#include "step/inspect.h"
#include "step/step.h"

#include <unistd.h>

static struct arena arena;
static char folder[] = "/tmp/tagwerk-manual-XXXXXX";

/* ---- reading ---- */

static const char *read_file(const char *path)
{
    AUTO(buf_done) struct buf text = {0};
    struct err err = {0};

    if (!file_read(path, &text, NULL, &err))
        fail_msg("%s", err.text);
    return arena_text(&arena, buf_str(&text));
}

static const char *read_source(const char *path)
{
    const char *root = getenv("TAGWERK_ROOT");

    return read_file(arena_format(&arena, "%s/%s", root ? root : ".", path));
}

static const char *manual(void)
{
    static const char *page;

    if (!page)
        page = read_source("etl/doc/tagwerk.1");
    return page;
}

static void say_example(void)
{
    inspect_example();
}

static void say_help(void)
{
    char name[] = "tagwerk", command[] = "help";
    char *words[] = {name, command, NULL};

    assert_int_equal(cli_main(2, words), EXIT_BALANCED);
}

/* What `speak` prints to standard output. */
static const char *heard(void (*speak)(void))
{
    const char *path = arena_format(&arena, "%s/out", folder);
    int stdout_fd;

    (void)fflush(stdout);
    stdout_fd = dup(STDOUT_FILENO);
    assert_true(stdout_fd >= 0);
    assert_non_null(freopen(path, "w", stdout));
    speak();
    (void)fflush(stdout);
    assert_true(dup2(stdout_fd, STDOUT_FILENO) >= 0);
    (void)close(stdout_fd);
    return read_file(path);
}

/* ---- the page's parts ---- */

/* From the line `heading` up to the next heading of its depth or above. */
static const char *part_of(const char *heading)
{
    const char *start = strstr(manual(), arena_format(&arena, "\n%s\n", heading));
    const char *end, *sub;

    if (!start) {
        fail_msg("the manual has no heading '%s'", heading);
        return "";
    }
    start += strlen(heading) + 1;
    end = strstr(start, "\n.Sh ");
    sub = text_starts_nocase(heading, ".Ss") ? strstr(start, "\n.Ss ") : NULL;
    if (sub && (!end || sub < end))
        end = sub;
    return arena_slice(&arena, start, end ? (size_t)(end - start) : strlen(start));
}

/* The item of that name: from its line up to the next item; NULL when there is none. */
static const char *item_of(const char *part, const char *macro, const char *name)
{
    const char *opening = arena_format(&arena, "\n.It %s %s", macro, name);
    const char *start = strstr(part, opening), *end;

    while (start && !strchr(" \n", start[strlen(opening)]))
        start = strstr(start + 1, opening);
    if (!start)
        return NULL;
    start++;
    end = strstr(start, "\n.It ");
    return arena_slice(&arena, start, end ? (size_t)(end - start) : strlen(start));
}

static size_t items_in(const char *part)
{
    size_t count = 0;

    for (const char *at = part; (at = strstr(at, "\n.It ")); at++)
        count++;
    return count;
}

/* ---- options ---- */

static void assert_item_says(const char *item, const char *name, const char *words)
{
    if (!strstr(item, words))
        fail_msg("the manual does not say '%s' of %s", words, name);
}

static void assert_option_is_told(const char *part, const struct option *option)
{
    const char *item = item_of(part, "Cm", option->name);

    if (!item) {
        fail_msg("the manual lacks the option %s", option->name);
        return;
    }
    if (option->fallback)
        assert_item_says(item, option->name, option->fallback);
    if (option->required)
        assert_item_says(item, option->name, "required");
    if (option->type == OPTION_SECRET)
        assert_item_says(item, option->name, "\nsecret: ");
    if (option->type == OPTION_INT && option->max > 0 && option->max <= 1000)
        assert_item_says(
            item, option->name,
            arena_format(&arena, "%lld to %lld", (long long)option->min, (long long)option->max));
    if (!option->choices)
        return;
    for (const char *const *choice = text_split(&arena, option->choices, '|', NULL); *choice;
         choice++)
        assert_item_says(item, option->name, *choice);
}

static void assert_options_are_told(const char *heading, const struct option *options)
{
    const char *part = part_of(heading);
    size_t len = 0;

    for (; options[len].name; len++)
        assert_option_is_told(part, &options[len]);
    assert_int_equal(items_in(part), len); /* and none that is no more */
}

static void every_option_is_told_with_its_default_and_choices(void **state)
{
    (void)state;
    assert_options_are_told(".Ss Section [account NAME]", account_options);
    assert_options_are_told(".Ss Section [route NAME]", route_options);
    assert_options_are_told(".Ss Section [schedule]", schedule_options);
    assert_options_are_told(".Ss Section [reports]", reports_options);
    assert_options_are_told(".Ss Section [inbox]", inbox_options);
    for (const struct connector *const *at = connectors(); *at; at++)
        assert_options_are_told(
            arena_format(&arena, ".Ss Options of an account at %s", (*at)->name), (*at)->options);
}

static void the_time_outs_are_those_of_the_systems(void **state)
{
    const char *item = item_of(part_of(".Ss Section [account NAME]"), "Cm", "timeout");

    (void)state;
    assert_non_null(item);
    for (const struct connector *const *at = connectors(); *at; at++)
        assert_item_says(
            item, "timeout",
            arena_format(&arena, "%us for %s", (*at)->limits.timeout_ms / 1000, (*at)->title));
}

/* ---- commands, exit codes, ops, states ---- */

/* The help lists a command per line that begins with two blanks. */
static void every_command_is_told(void **state)
{
    const char *part = part_of(".Sh COMMANDS");
    const char *const *lines = text_split(&arena, heard(say_help), '\n', NULL);
    size_t count = 0;

    (void)state;
    while (*lines && **lines)
        lines++; /* the usage */
    for (lines++; *lines && **lines; lines++, count++) {
        const char *const *words = text_split(&arena, *lines, ' ', NULL);

        if (!item_of(part, "Cm", words[0]))
            fail_msg("the manual lacks the command %s", words[0]);
    }
    assert_in_range(count, 10, 30);
    assert_int_equal(items_in(part), count);
}

static void every_exit_code_is_told(void **state)
{
    static const enum exit_code codes[] = {EXIT_BALANCED, EXIT_REFUSED,    EXIT_SYSTEM,
                                           EXIT_SETUP,    EXIT_STORE,      EXIT_LOCKED,
                                           EXIT_DOUBT,    EXIT_UNBALANCED, EXIT_USAGE};
    const char *part = part_of(".Sh EXIT STATUS");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (!item_of(part, "Li", arena_format(&arena, "%d", (int)codes[i])))
            fail_msg("the manual lacks the exit code %d", (int)codes[i]);
    assert_int_equal(items_in(part), ARRAY_LEN(codes));
}

/* Each row of the list of ops begins "| `name` |". */
static void every_op_of_the_mappings_is_told(void **state)
{
    AUTO(buf_done) struct buf rows = {0};
    const char *part = part_of(".Sh MAPPINGS");
    size_t count = 0;

    (void)state;
    mapping_ops_put(&rows);
    for (const char *const *row = text_split(&arena, buf_str(&rows), '\n', NULL); *row; row++) {
        if (!**row)
            continue;
        const char *name = text_split(&arena, *row, '`', NULL)[1];

        if (!item_of(part, "Cm", name))
            fail_msg("the manual lacks the op %s", name);
        count++;
    }
    assert_int_equal(items_in(part), count);
}

static void every_state_is_told_to_operators_and_auditors(void **state)
{
    const char *part = part_of(".Sh STATES");
    const char *readme = read_source("reports/README.md");

    (void)state;
    for (size_t i = 0; i < STATE_COUNT; i++) {
        const char *name = state_name((enum state)i);

        if (!item_of(part, "Cm", name))
            fail_msg("the manual lacks the state %s", name);
        if (!strstr(readme, arena_format(&arena, "| `%s` |", name)))
            fail_msg("reports/README.md lacks the state %s", name);
    }
    assert_int_equal(items_in(part), STATE_COUNT);
}

/* ---- the example ---- */

static void the_example_configuration_is_what_the_program_prints(void **state)
{
    (void)state;
    assert_string_equal(read_source("etl/tagwerk.conf.example"), heard(say_example));
}

/* ---- the group ---- */

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    tree_remove(folder);
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_is_told_with_its_default_and_choices),
        cmocka_unit_test(the_time_outs_are_those_of_the_systems),
        cmocka_unit_test(every_command_is_told),
        cmocka_unit_test(every_exit_code_is_told),
        cmocka_unit_test(every_op_of_the_mappings_is_told),
        cmocka_unit_test(every_state_is_told_to_operators_and_auditors),
        cmocka_unit_test(the_example_configuration_is_what_the_program_prints),
    };

    return cmocka_run_group_tests_name("manual", tests, set_up, tear_down);
}
