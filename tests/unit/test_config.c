#include "harness/aid.h"
#include "harness/harness.h"

#include "core/config.h"

#include <sys/resource.h>
#include <sys/stat.h>

static const struct option shop_options[] = {
    {.name = "system", .type = OPTION_TEXT, .help = "which system", .required = true},
    {.name = "days", .type = OPTION_INT, .fallback = "2", .help = "days", .min = 1, .max = 31},
    {.name = "hidden", .type = OPTION_BOOL, .fallback = "yes", .help = "hidden ones too"},
    {.name = "date",
     .type = OPTION_CHOICE,
     .fallback = "ModDate",
     .help = "which date",
     .choices = "ModDate|PayDate"},
    {.name = "url", .type = OPTION_URL, .help = "base address"},
    {.name = "wait", .type = OPTION_SPAN, .fallback = "3h", .help = "how long"},
    {.name = "limit", .type = OPTION_SPAN, .help = "at most", .min = 1, .max = 3600},
    {.name = "token", .type = OPTION_SECRET, .help = "the key"},
    {.name = "note", .type = OPTION_TEXT, .help = "anything"},
    {0},
};

static struct arena arena;

static int arena_end(void **state)
{
    arena_done(&arena);
    return folder_end(state);
}

#define in_arena(test) cmocka_unit_test_setup_teardown(test, folder_begin, arena_end)

/* ---- syntax ---- */

static bool parse(const char *text, struct config *out, struct err *err)
{
    return config_parse("tagwerk.conf", text, strlen(text), &arena, out, err);
}

static const struct config_key *key_of(const struct config_section *section, const char *name)
{
    for (size_t i = 0; i < section->keys_len; i++)
        if (strcmp(section->keys[i].name, name) == 0)
            return &section->keys[i];
    fail_msg("no key %s", name);
    return NULL;
}

static void sections_and_keys_are_found_with_their_lines(void **state)
{
    struct config config;
    struct err err;

    (void)state;
    assert_true(parse("\xEF\xBB\xBF# the shop\r\n\r\n[account shop]\r\n"
                      "  system = afterbuy  \r\n; a comment\r\nnote=a = b # c\r\n"
                      "empty =\r\n\r\n[ schedule ]\r\nevery = 1h",
                      &config, &err));
    assert_string_equal(config.path, "tagwerk.conf");
    assert_int_equal(config.sections_len, 2);
    assert_string_equal(config.sections[0].kind, "account");
    assert_string_equal(config.sections[0].name, "shop");
    assert_int_equal(config.sections[0].line, 3);
    assert_int_equal(config.sections[0].keys_len, 3);
    assert_string_equal(key_of(&config.sections[0], "system")->value, "afterbuy");
    assert_int_equal(key_of(&config.sections[0], "system")->line, 4);
    assert_string_equal(key_of(&config.sections[0], "note")->value, "a = b # c");
    assert_string_equal(key_of(&config.sections[0], "empty")->value, "");
    assert_string_equal(config.sections[1].kind, "schedule");
    assert_string_equal(config.sections[1].name, "");
    assert_string_equal(key_of(&config.sections[1], "every")->value, "1h");
    assert_int_equal(key_of(&config.sections[1], "every")->line, 10);
}

static void an_empty_text_is_an_empty_configuration(void **state)
{
    struct config config;
    struct err err;

    (void)state;
    assert_true(parse("", &config, &err));
    assert_int_equal(config.sections_len, 0);
    assert_true(parse("\n# nothing\n", &config, &err));
    assert_int_equal(config.sections_len, 0);
}

static void assert_refused(const char *text, const char *where, const char *why)
{
    struct config config = {.path = "untouched"};
    struct err err = {0};

    if (parse(text, &config, &err))
        fail_msg("passed: %s", text);
    assert_says(err, ERR_SETUP, where);
    assert_says(err, ERR_SETUP, why);
    assert_string_equal(config.path, "untouched");
}

static void each_slip_of_the_pen_is_told_with_its_line(void **state)
{
    (void)state;
    assert_refused("\nsystem = a\n", "tagwerk.conf:2:", "before the first [section]");
    assert_refused("[account shop]\nsystem a\n", "tagwerk.conf:2:", "key = value");
    assert_refused("[account shop\n", "tagwerk.conf:1:", "closing ]");
    assert_refused("[\n", "tagwerk.conf:1:", "closing ]");
    assert_refused("[]\n", "tagwerk.conf:1:", "[kind name]");
    assert_refused("[ \t]\n", "tagwerk.conf:1:", "[kind name]");
    assert_refused("[account my shop]\n", "tagwerk.conf:1:", "[kind name]");
    assert_refused("[a b]\n\n[a b]\n", "tagwerk.conf:3:", "twice");
    assert_refused("[a]\n[a]\n", "tagwerk.conf:2:", "twice");
    assert_refused("[a]\nx = 1\nx = 2\n", "tagwerk.conf:3:", "twice");
    assert_refused("[a]\n= 1\n", "tagwerk.conf:2:", "key = value");
    assert_refused("[a]\nx = K\xF6ln\n", "tagwerk.conf:2:", "UTF-8");
}

static void blanks_within_a_section_head_do_not_count(void **state)
{
    struct config config;
    struct err err;

    (void)state;
    assert_true(parse("[ account \t  shop ]\n[account]\n[account other]", &config, &err));
    assert_string_equal(config.sections[0].kind, "account");
    assert_string_equal(config.sections[0].name, "shop");
    assert_string_equal(config.sections[1].name, "");
}

static void a_nul_in_the_text_is_refused(void **state)
{
    static const char text[] = "[a]\nx = 1\0secret\n";
    struct config config;
    struct err err = {0};

    (void)state;
    assert_false(config_parse("c", text, sizeof text - 1, &arena, &config, &err));
    assert_says(err, ERR_SETUP, "UTF-8");
}

static void more_than_anyone_writes_is_refused(void **state)
{
    AUTO(buf_done) struct buf text = {0};

    (void)state;
    for (int i = 0; i < 257; i++)
        buf_format(&text, "[a s%d]\n", i);
    assert_refused(buf_str(&text), ":257:", "too many sections");
    buf_reset(&text);
    buf_text(&text, "[a]\n");
    for (int i = 0; i < 129; i++)
        buf_format(&text, "k%d = 1\n", i);
    assert_refused(buf_str(&text), ":130:", "too many keys");
}

static void a_file_is_loaded_and_a_missing_one_says_what_to_do(void **state)
{
    struct config config;
    struct err err = {0};

    (void)state;
    write_file(path_of("tagwerk.conf"), "[a b]\nx = y\n");
    assert_true(config_load(path_of("tagwerk.conf"), &arena, &config, &err));
    assert_string_equal(config.path, path_of("tagwerk.conf"));
    assert_string_equal(config.sections[0].keys[0].value, "y");
    assert_false(config_load(path_of("none.conf"), &arena, &config, &err));
    assert_says(err, ERR_SETUP, "none.conf");
    assert_says(err, ERR_SETUP, "tagwerk.conf.example");
}

/* ---- settings ---- */

/* The first section of the text against the table. */
static bool load(const char *text, struct settings *out, struct err *err)
{
    struct config config;

    if (!parse(text, &config, err))
        fail_msg("%s", err->text);
    return settings_load(&config, &config.sections[0], shop_options, &arena, out, err);
}

static void values_are_typed_and_the_rest_falls_back(void **state)
{
    struct settings settings;
    struct err err;

    (void)state;
    assert_true(load("[account shop]\nsystem = afterbuy\ndays = 7\nhidden = no\ndate = PayDate\n"
                     "url = https://api.example/x\nwait = 90s\nlimit = 1h\ntoken = s3cret\n",
                     &settings, &err));
    assert_string_equal(settings.name, "shop");
    assert_string_equal(settings.path, "tagwerk.conf");
    assert_int_equal(settings.line, 1);
    assert_string_equal(settings_text(&settings, "system"), "afterbuy");
    assert_int_equal(settings_int(&settings, "days"), 7);
    assert_int_equal(settings_span_s(&settings, "limit"), 3600);
    assert_false(settings_bool(&settings, "hidden"));
    assert_string_equal(settings_text(&settings, "date"), "PayDate");
    assert_string_equal(settings_text(&settings, "url"), "https://api.example/x");
    assert_int_equal(settings_span_s(&settings, "wait"), 90);
    assert_string_equal(settings_text(&settings, "token"), "s3cret");
    assert_null(settings_text(&settings, "note"));
    assert_true(load("[account shop]\nsystem = afterbuy\n", &settings, &err));
    assert_int_equal(settings_int(&settings, "days"), 2);
    assert_true(settings_bool(&settings, "hidden"));
    assert_int_equal(settings_span_s(&settings, "wait"), 10800);
    assert_null(settings_text(&settings, "url"));
    assert_int_equal(settings_int(&settings, "note"), UNSAID);
    assert_int_equal(settings_span_s(&settings, "note"), UNSAID);
    assert_false(settings_bool(&settings, "note"));
}

static void an_empty_value_is_not_set(void **state)
{
    struct settings settings;
    struct err err;

    (void)state;
    assert_true(load("[a]\nsystem = x\ndays =\nurl =\nnote =\ntoken =\n", &settings, &err));
    assert_int_equal(settings_int(&settings, "days"), 2);
    assert_null(settings_text(&settings, "url"));
    assert_null(settings_text(&settings, "note"));
    assert_null(settings_text(&settings, "token"));
}

static void each_unit_of_a_span_is_seconds_within(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {{"0s", 0}, {"90s", 90}, {"15m", 900}, {"3h", 10800}, {"2d", 172800}};
    struct settings settings;
    struct err err;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *text = arena_format(&arena, "[a]\nsystem = x\nwait = %s\n", cases[i].text);

        assert_true(load(text, &settings, &err));
        assert_int_equal(settings_span_s(&settings, "wait"), cases[i].seconds);
    }
}

static void assert_bad(const char *line, const char *why)
{
    struct settings settings = {.name = "untouched"};
    const char *text = arena_format(&arena, "[account shop]\nsystem = x\n%s\n", line);
    struct err err = {0};

    if (load(text, &settings, &err))
        fail_msg("passed: %s", line);
    assert_says(err, ERR_SETUP, "tagwerk.conf:3:");
    assert_says(err, ERR_SETUP, why);
    assert_string_equal(settings.name, "untouched");
}

static void each_bad_value_is_told_with_what_is_wanted(void **state)
{
    static const char *const urls[] = {
        "api.example",   "ftp://api.example", "https://",      "http://",       "https:///",
        "https:///path", "https://a/",        "https://a b",   "https://a?x=1", "https://a#x",
        "https://u:p@a", "HTTPS://a",         "https://:8080", "//a",           "https:/a"};
    static const char *const spans[] = {"90",   "3 h", "h",           "-3h", "1w",
                                        "1.5h", "3H",  "9999999999s", "3hh"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++)
        assert_bad(arena_format(&arena, "url = %s", urls[i]), "must be http(s)://host");
    for (size_t i = 0; i < ARRAY_LEN(spans); i++)
        assert_bad(arena_format(&arena, "wait = %s", spans[i]), "must be a span");
    assert_bad("limit = 0s", "must be a span from 1s to 3600s");
    assert_bad("limit = 61m", "must be a span from 1s to 3600s");
    assert_bad("days = two", "must be a whole number from 1 to 31");
    assert_bad("days = 0", "from 1 to 31");
    assert_bad("days = 32", "from 1 to 31");
    assert_bad("days = 2.0", "from 1 to 31");
    assert_bad("days = 99999999999999999999", "from 1 to 31");
    assert_bad("hidden = true", "must be yes or no");
    assert_bad("hidden = Yes", "must be yes or no");
    assert_bad("date = moddate", "must be one of ModDate|PayDate");
    assert_bad("date = ModDate|PayDate", "must be one of");
}

static void an_unknown_key_gets_the_nearest_word(void **state)
{
    (void)state;
    assert_bad("hiden = yes", "there is no option 'hiden' here; did you mean 'hidden'?");
    assert_bad("colour = red", "there is no option 'colour' here; see `man tagwerk`");
    assert_bad("days_file = /x", "there is no option 'days_file'"); /* no secret */
    assert_bad("token_flie = /x", "there is no option 'token_flie'");
    assert_bad("tokens_file = /x", "there is no option");
    assert_bad("System = x", "did you mean 'system'?");
}

static void a_required_key_must_be_there(void **state)
{
    struct settings settings;
    struct config config;
    struct err err = {0};

    (void)state;
    assert_false(load("\n[account shop]\ndays = 2\n", &settings, &err));
    assert_says(err, ERR_SETUP, "tagwerk.conf:2: [account shop] lacks system: which system");
    assert_false(load("[account shop]\nsystem =\n", &settings, &err));
    assert_says(err, ERR_SETUP, "lacks system");
    assert_true(parse("", &config, &err));
    assert_false(settings_load(&config, NULL, shop_options, &arena, &settings, &err));
    assert_says(err, ERR_SETUP, "lacks system");
}

static void a_section_that_is_not_there_is_all_fallbacks(void **state)
{
    struct settings settings;
    struct config config;
    struct err err;

    (void)state;
    assert_true(parse("", &config, &err));
    assert_true(settings_load(&config, NULL, &shop_options[1], &arena, &settings, &err));
    assert_string_equal(settings.name, "");
    assert_int_equal(settings_int(&settings, "days"), 2);
}

static void ask_for_what_no_table_has(void)
{
    static const char *const values[] = {NULL, NULL};
    static const struct option options[] = {{.name = "a"}, {0}};
    static const struct settings settings = {.name = "", .options = options, .values = values};

    (void)settings_text(&settings, "b");
}

static void asking_for_what_no_table_has_ends_the_process(void **state)
{
    (void)state;
    errors_catch();
    assert_true(ends_the_process(ask_for_what_no_table_has));
    assert_non_null(strstr(errors_caught(), "'b'"));
}

/* ---- secrets ---- */

static const char *secret_with(const char *line, struct err *err)
{
    struct settings settings;
    const char *text = arena_format(&arena, "[account shop]\nsystem = x\n%s\n", line);

    return load(text, &settings, err) ? settings_text(&settings, "token") : NULL;
}

static void a_secret_comes_from_a_file_that_only_its_owner_reads(void **state)
{
    const char *path = path_of("token");
    const char *line = arena_format(&arena, "token_file = %s", path);
    struct err err = {0};

    (void)state;
    write_file(path, "s3cret\r\nsecond line\n");
    assert_int_equal(chmod(path, 0600), 0);
    assert_string_equal(secret_with(line, &err), "s3cret");
    assert_int_equal(chmod(path, 0400), 0);
    assert_string_equal(secret_with(line, &err), "s3cret");
}

/* REQ-A11 */
static void a_secret_file_that_others_can_read_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0644, 0660, 0601, 0610, 0602};
    const char *path = path_of("token");
    struct err err;

    (void)state;
    write_file(path, "s3cret\n");
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        err = (struct err){0};
        assert_null(secret_with(arena_format(&arena, "token_file = %s", path), &err));
        assert_says(err, ERR_SETUP, "tagwerk.conf:3:");
        assert_says(err, ERR_SETUP, "chmod 600");
        assert_null(strstr(err.text, "s3cret"));
    }
}

static void a_secret_file_that_cannot_be_read_is_told(void **state)
{
    struct err err = {0};

    (void)state;
    assert_null(secret_with(arena_format(&arena, "token_file = %s", path_of("none")), &err));
    assert_says(err, ERR_SETUP, "tagwerk.conf:3:");
    assert_says(err, ERR_SETUP, "none");
    assert_null(secret_with(arena_format(&arena, "token_file = %s", path_of(NULL)), &err));
    assert_says(err, ERR_SETUP, "tagwerk.conf:3:");
}

static void a_secret_comes_from_the_environment(void **state)
{
    struct err err = {0};
    const char *secret;

    (void)state;
    (void)setenv("TAGWERK_TEST_TOKEN", "s3cret", 1);
    secret = secret_with("token_env = TAGWERK_TEST_TOKEN", &err);
    (void)unsetenv("TAGWERK_TEST_TOKEN");
    assert_string_equal(secret, "s3cret"); /* our own copy */
    assert_null(secret_with("token_env = TAGWERK_TEST_TOKEN", &err));
    assert_says(err, ERR_SETUP, "tagwerk.conf:3:");
    assert_says(err, ERR_SETUP, "TAGWERK_TEST_TOKEN");
    assert_says(err, ERR_SETUP, "is not set");
}

static void a_secret_comes_from_a_command(void **state)
{
    struct err err = {0};

    (void)state;
    assert_string_equal(secret_with("token_command = printf 's3cret\\nmore\\n'", &err), "s3cret");
    assert_null(secret_with("token_command = echo s3cret; exit 3", &err));
    assert_says(err, ERR_SETUP, "tagwerk.conf:3:");
    assert_says(err, ERR_SETUP, "status 3");
    assert_null(strstr(err.text, "s3cret"));
    assert_null(secret_with("token_command = kill -9 $$", &err));
    assert_says(err, ERR_SETUP, "token");
}

static void a_command_that_cannot_be_started_is_told(void **state)
{
    struct rlimit usual, none;
    struct err err = {0};
    const char *secret;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){.rlim_cur = 3, .rlim_max = usual.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    secret = secret_with("token_command = echo s3cret", &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_null(secret);
    assert_says(err, ERR_SETUP, "cannot start the command");
}

/* An empty key would only be found out by a refused login in the middle of the night. */
static void a_secret_that_is_empty_is_refused(void **state)
{
    const char *path = path_of("token");
    struct err err = {0};

    (void)state;
    write_file(path, "\n");
    assert_int_equal(chmod(path, 0600), 0);
    assert_null(secret_with(arena_format(&arena, "token_file = %s", path), &err));
    assert_says(err, ERR_SETUP, "empty");
    assert_null(secret_with("token_command = true", &err));
    assert_says(err, ERR_SETUP, "empty");
    (void)setenv("TAGWERK_TEST_TOKEN", "", 1);
    assert_null(secret_with("token_env = TAGWERK_TEST_TOKEN", &err));
    assert_says(err, ERR_SETUP, "empty");
    (void)unsetenv("TAGWERK_TEST_TOKEN");
}

static void a_secret_has_one_way_only(void **state)
{
    struct err err = {0};

    (void)state;
    (void)setenv("TAGWERK_TEST_TOKEN", "s3cret", 1);
    assert_null(secret_with("token = a\ntoken_env = TAGWERK_TEST_TOKEN", &err));
    assert_says(err, ERR_SETUP, "token is set twice");
    assert_null(secret_with("token_env = TAGWERK_TEST_TOKEN\ntoken_command = echo x", &err));
    assert_says(err, ERR_SETUP, "token is set twice");
    (void)unsetenv("TAGWERK_TEST_TOKEN");
}

/* ---- the example ---- */

/* The example with its commented settings put into force. */
static const char *in_force(const char *example)
{
    AUTO(buf_done) struct buf text = {0};

    for (const char *at = example; *at; at += strcspn(at, "\n") + 1) {
        bool setting = at[0] == '#' && at[1] != ' ';

        buf_put(&text, at + setting, strcspn(at + setting, "\n") + 1);
    }
    return arena_text(&arena, buf_str(&text));
}

static void the_example_says_what_may_be_written(void **state)
{
    AUTO(buf_done) struct buf example = {0};

    (void)state;
    options_example(shop_options, &example);
    assert_non_null(strstr(buf_str(&example), "# which system (required)\nsystem =\n"));
    assert_non_null(strstr(buf_str(&example), "# one of: ModDate|PayDate\n#date = ModDate\n"));
    assert_non_null(
        strstr(buf_str(&example), "token_file, token_env or token_command\n#token =\n"));
}

static void the_example_reads_back_as_the_fallbacks(void **state)
{
    AUTO(buf_done) struct buf example = {0};
    struct settings settings;
    struct err err;

    (void)state;
    buf_text(&example, "[account shop]\n");
    options_example(&shop_options[1], &example);
    buf_text(&example, "system = x\n");
    if (!load(in_force(buf_str(&example)), &settings, &err))
        fail_msg("%s", err.text);
    for (const struct option *option = &shop_options[1]; option->name; option++) {
        if (option->fallback)
            assert_string_equal(settings_text(&settings, option->name), option->fallback);
        else
            assert_null(settings_text(&settings, option->name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_arena(sections_and_keys_are_found_with_their_lines),
        in_arena(an_empty_text_is_an_empty_configuration),
        in_arena(each_slip_of_the_pen_is_told_with_its_line),
        in_arena(blanks_within_a_section_head_do_not_count),
        in_arena(a_nul_in_the_text_is_refused),
        in_arena(more_than_anyone_writes_is_refused),
        in_arena(a_file_is_loaded_and_a_missing_one_says_what_to_do),
        in_arena(values_are_typed_and_the_rest_falls_back),
        in_arena(an_empty_value_is_not_set),
        in_arena(each_unit_of_a_span_is_seconds_within),
        in_arena(each_bad_value_is_told_with_what_is_wanted),
        in_arena(an_unknown_key_gets_the_nearest_word),
        in_arena(a_required_key_must_be_there),
        in_arena(a_section_that_is_not_there_is_all_fallbacks),
        in_arena(asking_for_what_no_table_has_ends_the_process),
        in_arena(a_secret_comes_from_a_file_that_only_its_owner_reads),
        in_arena(a_secret_file_that_others_can_read_is_refused),
        in_arena(a_secret_file_that_cannot_be_read_is_told),
        in_arena(a_secret_comes_from_the_environment),
        in_arena(a_secret_comes_from_a_command),
        in_arena(a_command_that_cannot_be_started_is_told),
        in_arena(a_secret_that_is_empty_is_refused),
        in_arena(a_secret_has_one_way_only),
        in_arena(the_example_says_what_may_be_written),
        in_arena(the_example_reads_back_as_the_fallbacks),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
