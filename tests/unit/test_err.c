#include "harness/harness.h"

#include "core/text.h"

#include <errno.h>

static void raising_and_leaving_is_one_expression(void **state)
{
    struct err err;

    (void)state;
    memset(&err, 'x', sizeof err);
    assert_false(err_set(&err, ERR_SYSTEM, "%s has %d of %s", "shop", 3, "them"));
    assert_int_equal(err.kind, ERR_SYSTEM);
    assert_string_equal(err.code, "");
    assert_string_equal(err.text, "shop has 3 of them");
}

static void a_reason_is_of_the_record_and_has_a_code(void **state)
{
    struct err err;

    (void)state;
    assert_false(err_reason(&err, "no-postcode", "the postcode is missing"));
    assert_int_equal(err.kind, ERR_RECORD);
    assert_string_equal(err.code, "no-postcode");
    assert_string_equal(err.text, "the postcode is missing");
}

static void a_code_that_is_too_long_is_cut(void **state)
{
    struct err err;

    (void)state;
    (void)err_reason(&err, "a-code-that-nobody-would-ever-write-down-in-a-table", "x");
    assert_int_equal(strlen(err.code), sizeof err.code - 1);
}

static void context_goes_in_front_and_changes_nothing_else(void **state)
{
    struct err err;

    (void)state;
    (void)err_reason(&err, "no-weight", "'%s' is not a number", "heavy");
    assert_false(err_wrap(&err, "line %u", 7U));
    assert_false(err_wrap(&err, "orders.csv"));
    assert_int_equal(err.kind, ERR_RECORD);
    assert_string_equal(err.code, "no-weight");
    assert_string_equal(err.text, "orders.csv: line 7: 'heavy' is not a number");
}

static void the_system_says_why(void **state)
{
    struct err err;

    (void)state;
    errno = ENOENT;
    assert_false(err_errno(&err, ERR_STORE, "cannot read %s", "ledger.db"));
    assert_says(err, ERR_STORE, "cannot read ledger.db: No such file or directory");
    errno = 99999;
    (void)err_errno(&err, ERR_STORE, "cannot read");
    assert_says(err, ERR_STORE, "99999");
}

static void fill(char *text, size_t len, char with)
{
    memset(text, with, len);
    text[len] = '\0';
}

static void a_long_text_is_cut_and_still_ends(void **state)
{
    char text[2000];
    struct err err;

    (void)state;
    fill(text, sizeof text - 1, 'a');
    (void)err_set(&err, ERR_RECORD, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    errno = ENOSPC;
    (void)err_errno(&err, ERR_STORE, "%s", text);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void wrapping_loses_nothing_that_has_room(void **state)
{
    char text[481];
    struct err err;

    (void)state;
    fill(text, 479, 'a');
    memcpy(text + 479, "z", 2);
    (void)err_set(&err, ERR_RECORD, "%s", text);
    (void)err_wrap(&err, "account shop");
    assert_int_equal(strlen(err.text), strlen("account shop: ") + 480);
    assert_int_equal(err.text[strlen(err.text) - 1], 'z');
}

static void a_long_context_leaves_room_for_the_cause(void **state)
{
    char text[600];
    struct err err;

    (void)state;
    (void)err_set(&err, ERR_RECORD, "the cause");
    fill(text, sizeof text - 1, 'a');
    (void)err_wrap(&err, "%s", text);
    assert_says(err, ERR_RECORD, "a: the cause");
}

/* Error texts are staged as JSON: half a character would make the whole line unreadable. */
static void a_cut_never_leaves_half_a_character(void **state)
{
    char text[700];
    struct err err;

    (void)state;
    (void)err_set(&err, ERR_RECORD, "'%.3s' is not a number", "3 \xC3\xA4");
    assert_string_equal(err.text, "'3 ?' is not a number");
    for (size_t shift = 0; shift < 4; shift++) {
        fill(text, shift, 'a');
        for (size_t at = shift; at + 3 < sizeof text; at += 3)
            memcpy(text + at, "\xE2\x82\xAC", 4);
        (void)err_set(&err, ERR_RECORD, "%s", text);
        assert_true(utf8_valid(err.text, strlen(err.text)));
        (void)err_wrap(&err, "%s", text);
        assert_true(utf8_valid(err.text, strlen(err.text)));
    }
}

static void bytes_that_are_no_text_are_shown_as_question_marks(void **state)
{
    struct err err;

    (void)state;
    (void)err_set(&err, ERR_RECORD, "'%s'", "K\xF6ln \xC0\xAF \xED\xA0\x80 K\xC3\xB6ln");
    assert_string_equal(err.text, "'K?ln ?? ??? K\xC3\xB6ln'");
}

static void a_text_stays_one_line(void **state)
{
    struct err err;

    (void)state;
    (void)err_set(&err, ERR_RECORD, "'%s'", "a\r\nlevel=info\tb\x1B[31m\x7F");
    assert_string_equal(err.text, "'a  level=info b [31m '");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raising_and_leaving_is_one_expression),
        cmocka_unit_test(a_reason_is_of_the_record_and_has_a_code),
        cmocka_unit_test(a_code_that_is_too_long_is_cut),
        cmocka_unit_test(context_goes_in_front_and_changes_nothing_else),
        cmocka_unit_test(the_system_says_why),
        cmocka_unit_test(a_long_text_is_cut_and_still_ends),
        cmocka_unit_test(wrapping_loses_nothing_that_has_room),
        cmocka_unit_test(a_long_context_leaves_room_for_the_cause),
        cmocka_unit_test(a_cut_never_leaves_half_a_character),
        cmocka_unit_test(bytes_that_are_no_text_are_shown_as_question_marks),
        cmocka_unit_test(a_text_stays_one_line),
    };

    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
