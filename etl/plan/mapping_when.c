#include "plan/mapping_intern.h"

#include "core/text.h"
#include "wire/unicode.h"

#define TESTS_MAX 16

/* ---- asking ---- */

static bool text_filled(const struct test *test, const char *text, struct arena *scratch)
{
    (void)test;
    (void)scratch;
    return !text_is_empty(text);
}

static bool text_digits(const struct test *test, const char *text, struct arena *scratch)
{
    (void)test;
    (void)scratch;
    return text_is_digits(text);
}

static bool text_in(const struct test *test, const char *text, struct arena *scratch)
{
    (void)scratch;
    for (const char *const *word = test->words; text && *word; word++)
        if (text_same_nocase(text, *word))
            return true;
    return false;
}

static bool text_starts(const struct test *test, const char *text, struct arena *scratch)
{
    (void)scratch;
    for (const char *const *word = test->words; text && *word; word++)
        if (text_starts_nocase(text, *word))
            return true;
    return false;
}

/* Its words were folded when they were loaded. */
static bool text_has(const struct test *test, const char *text, struct arena *scratch)
{
    const char *folded = text ? unicode_fold(scratch, text) : NULL;

    for (const char *const *word = test->words; folded && *word; word++)
        if (strstr(folded, *word))
            return true;
    return false;
}

static bool number_filled(const struct test *test, int64_t number)
{
    (void)test;
    return said(number);
}

/* A flag that nobody set is a no. */
static bool number_in(const struct test *test, int64_t number)
{
    if (!said(number) && test->operand.field->type == FIELD_BOOL)
        number = 0;
    for (size_t i = 0; said(number) && i < test->numbers_len; i++)
        if (number == test->numbers[i])
            return true;
    return false;
}

static bool number_above(const struct test *test, int64_t number)
{
    return said(number) && number > *test->numbers;
}

static bool number_below(const struct test *test, int64_t number)
{
    return said(number) && number < *test->numbers;
}

/* A list of texts has what one of its texts has. */
static bool texts_hold(const struct test *test, const struct texts *texts, struct arena *scratch)
{
    for (size_t i = 0; i < texts->len; i++)
        if (test->text(test, texts->list[i], scratch))
            return true;
    return false;
}

bool test_holds(const struct test *test, const struct subject *subject, struct arena *scratch)
{
    const struct field *field = test->operand.field;
    void *base = operand_base(&test->operand, subject);
    bool holds;

    if (!field)
        holds = test->text(test, test->operand.fixed, scratch);
    else if (field->type == FIELD_TEXT)
        holds = test->text(test, *field_text(field, base), scratch);
    else if (field->type == FIELD_TEXTS)
        holds = texts_hold(test, field_texts(field, base), scratch);
    else if (field->type == FIELD_LIST)
        holds = lines_of(field, subject->record).len > 0;
    else
        holds = test->number(test, *field_number(field, base));
    return holds == test->wanted;
}

static bool line_tests_hold(const struct when *when, const struct subject *subject,
                            struct arena *scratch)
{
    for (size_t i = 0; i < when->line_tests_len; i++)
        if (!test_holds(&when->line_tests[i], subject, scratch))
            return false;
    return true;
}

bool when_holds(const struct when *when, const struct subject *subject, struct arena *scratch)
{
    struct lines lines;

    for (size_t i = 0; i < when->tests_len; i++)
        if (!test_holds(&when->tests[i], subject, scratch))
            return false;
    if (!when->line_tests_len || subject->line)
        return line_tests_hold(when, subject, scratch);
    lines = lines_of(when->list, subject->record);
    for (size_t i = 0; i < lines.len; i++) {
        struct subject line = {subject->record, lines.first + i * lines.size};

        if (line_tests_hold(when, &line, scratch))
            return true;
    }
    return false;
}

/* ---- loading ---- */

enum asks {
    ASKS_FILLED, /* of anything */
    ASKS_NUMBER, /* of a text or a number */
    ASKS_IN,     /* of a text, texts or a number */
    ASKS_SIZE,   /* of a number */
    ASKS_TEXT,   /* of a text or texts */
};

/* How a condition is written; the longer of two that begin alike stands first. */
struct form {
    const char *words;
    enum asks asks;
    bool wanted;
    bool (*text)(const struct test *test, const char *text, struct arena *scratch);
    bool (*number)(const struct test *test, int64_t number);
};

static const struct form forms[] = {
    {"is not number", ASKS_NUMBER, false, text_digits, number_filled},
    {"is number", ASKS_NUMBER, true, text_digits, number_filled},
    {"is empty", ASKS_FILLED, false, text_filled, number_filled},
    {"is filled", ASKS_FILLED, true, text_filled, number_filled},
    {"!=", ASKS_IN, false, text_in, number_in},
    {"=", ASKS_IN, true, text_in, number_in},
    {">", ASKS_SIZE, true, NULL, number_above},
    {"<", ASKS_SIZE, true, NULL, number_below},
    {"has", ASKS_TEXT, true, text_has, NULL},
    {"starts", ASKS_TEXT, true, text_starts, NULL},
};

/* One word of `all`, into which options of the route may be put; NULL: the error is told. */
static const char *word_load(struct loader *loader, const char *word, const char *all)
{
    struct phrase phrase;

    if (!phrase_load(loader, word, &phrase))
        return NULL;
    if (phrase.pieces)
        (void)loader_fail(loader, "'%.60s': only options of the route may be put into a word",
                          word);
    else if (!phrase.fixed && *word)
        (void)loader_fail(loader, "'%.60s' is not set; set it in the route's section", word);
    else if (!phrase.fixed)
        (void)loader_fail(loader,
                          "'%.60s': a word is missing; to ask for nothing, write `is empty`", all);
    return phrase.pieces ? NULL : phrase.fixed;
}

static bool words_load(struct loader *loader, const char *text, bool folded, struct test *test)
{
    size_t len;
    const char *const *parts = text_split(loader->arena, text, '|', &len);
    const char **words = arena_array(loader->arena, len + 1, sizeof *words);

    for (size_t i = 0; i < len; i++) {
        const char *word = word_load(loader, parts[i], text);

        if (!word)
            return false;
        words[i] = folded ? unicode_fold(loader->arena, word) : word;
    }
    test->words = words;
    return true;
}

static bool numbers_load(struct loader *loader, const char *text, struct test *test)
{
    size_t len;
    const char *const *parts = text_split(loader->arena, text, '|', &len);
    int64_t *numbers = arena_array(loader->arena, len, sizeof *numbers);

    for (size_t i = 0; i < len; i++)
        if (!number_load(loader, test->operand.field, parts[i], &numbers[i]))
            return false;
    test->numbers = numbers;
    test->numbers_len = len;
    return true;
}

static bool form_suits(const struct form *form, const struct operand *operand)
{
    enum field_type type = operand->field ? operand->field->type : FIELD_TEXT;
    bool number = operand->field && field_is_number(operand->field);

    switch (form->asks) {
    case ASKS_FILLED:
        return true;
    case ASKS_NUMBER:
        return number || type == FIELD_TEXT;
    case ASKS_IN:
        return type != FIELD_LIST && type != FIELD_TIME;
    case ASKS_SIZE:
        return number && type != FIELD_TIME && type != FIELD_BOOL;
    case ASKS_TEXT:
        break;
    }
    return type == FIELD_TEXT || type == FIELD_TEXTS;
}

static bool test_load(struct loader *loader, const struct form *form, const struct operand *operand,
                      const char *value, struct test *out)
{
    bool number = operand->field && field_is_number(operand->field);
    const char *name = operand->field ? operand->field->name : "an option of the route";

    *out = (struct test){
        .operand = *operand, .text = form->text, .number = form->number, .wanted = form->wanted};
    if (!form_suits(form, operand))
        return loader_fail(loader, "'%s' cannot be asked of %s", form->words, name);
    if (form->asks == ASKS_FILLED || form->asks == ASKS_NUMBER)
        return !*value ||
               loader_fail(loader, "'%.60s' behind '%s' means nothing", value, form->words);
    return number ? numbers_load(loader, value, out)
                  : words_load(loader, value, form->text == text_has, out);
}

bool test_load_need(struct loader *loader, const struct operand *operand, const char *words,
                    struct test *out)
{
    bool (*wanted)(const struct test *, const char *, struct arena *) =
        *words ? text_in : text_filled;

    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (forms[i].wanted && forms[i].text == wanted)
            return test_load(loader, &forms[i], operand, words, out);
    return false; // GCOVR_EXCL_LINE: both forms stand in the table
}

/* Does `text` begin with these words, and do they end there? Blanks between words are as many as
 * one likes. */
static const char *behind_words(const char *text, const char *words)
{
    const char *last = words;

    for (; *words; words++) {
        if (*words == ' ' && *text != ' ')
            return NULL;
        if (*words == ' ') {
            text += strspn(text, " ");
            continue;
        }
        if (*text++ != *words)
            return NULL;
        last = words;
    }
    if (*last >= 'a' && *last <= 'z' && *text && *text != ' ')
        return NULL;
    return text + strspn(text, " ");
}

/* One condition: FIELD, a form, a value. */
static bool condition_load(struct loader *loader, const char *text, struct test *out)
{
    size_t len = strcspn(text, " =!<>");
    const char *rest = text + len + strspn(text + len, " ");
    struct operand operand;

    if (!operand_load(loader, arena_slice(loader->arena, text, len), &operand))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        const char *value = behind_words(rest, forms[i].words);

        if (value)
            return test_load(loader, &forms[i], &operand, value, out);
    }
    return loader_fail(loader,
                       "'%.80s' is no condition; there are: is empty, is filled, is number, "
                       "is not number, = a|b, != a|b, > 5 kg, < 5 kg, has TEXT, starts TEXT",
                       text);
}

/* The next condition of " and "-joined ones; *at is moved on, to NULL at the end. */
static const char *next_condition(struct loader *loader, const char **at)
{
    const char *end = strstr(*at, " and ");
    const char *text = end ? arena_slice(loader->arena, *at, (size_t)(end - *at)) : *at;

    *at = end ? end + strlen(" and ") : NULL;
    return text_trim(loader->arena, text);
}

/* Files a condition where it is asked; one on an option of the route is answered here and now. */
static bool when_add(struct loader *loader, struct when *when, struct test *tests,
                     struct test *line_tests, const struct test *test)
{
    if (!test->operand.field) {
        when->never |= !test_holds(test, &(struct subject){NULL, NULL}, loader->arena);
        return true;
    }
    if (when->tests_len + when->line_tests_len == TESTS_MAX)
        return loader_fail(loader, "more than %d conditions", TESTS_MAX);
    if (!test->operand.list) {
        tests[when->tests_len++] = *test;
        return true;
    }
    when->list = test->operand.list;
    line_tests[when->line_tests_len++] = *test;
    return true;
}

bool when_load(struct loader *loader, const char *text, struct when *out)
{
    struct when when = {0};
    struct test *tests, *line_tests, test;

    *out = when;
    if (!*text)
        return true;
    tests = arena_array(loader->arena, TESTS_MAX, sizeof *tests);
    line_tests = arena_array(loader->arena, TESTS_MAX, sizeof *line_tests);
    when.tests = tests;
    when.line_tests = line_tests;
    for (const char *at = text; at;) {
        const char *condition = next_condition(loader, &at);

        if (!condition_load(loader, condition, &test) ||
            !when_add(loader, &when, tests, line_tests, &test))
            return false;
    }
    *out = when;
    return true;
}
