#include "sandbox/switches.h"

#include <stdlib.h>

struct number_row {
    const char *name;
    int64_t value;
    const char *help;
};

struct text_row {
    const char *name, *value, *help;
};

static const struct number_row numbers[] = {
#define X(id, name, value, help) {name, value, help},
    SWITCH_NUMBERS(X)
#undef X
};

static const struct text_row texts[] = {
#define X(id, name, value, help) {name, value, help},
    SWITCH_TEXTS(X)
#undef X
};

static int64_t number_now[SWITCH_NUMBER_COUNT];
static bool number_changed[SWITCH_NUMBER_COUNT];
static char *text_now[SWITCH_TEXT_COUNT];

int64_t switch_int(enum switch_number which)
{
    return number_changed[which] ? number_now[which] : numbers[which].value;
}

bool switch_on(enum switch_number which)
{
    return switch_int(which) != 0;
}

void switch_put(enum switch_number which, int64_t value)
{
    number_now[which] = value;
    number_changed[which] = true;
}

const char *switch_words(enum switch_text_id which)
{
    return text_now[which] ? text_now[which] : texts[which].value;
}

static bool set_number(const char *name, const json_t *value)
{
    size_t i = 0;

    while (i < SWITCH_NUMBER_COUNT && !same_text(name, numbers[i].name))
        i++;
    if (i == SWITCH_NUMBER_COUNT || (!json_is_integer(value) && !json_is_boolean(value)))
        return false;
    switch_put((enum switch_number)i,
               json_is_integer(value) ? json_integer_value(value) : json_is_true(value));
    return true;
}

bool switch_set(const char *name, const json_t *value)
{
    size_t i = 0;

    if (set_number(name, value))
        return true;
    while (i < SWITCH_TEXT_COUNT && !same_text(name, texts[i].name))
        i++;
    if (i == SWITCH_TEXT_COUNT || !json_is_string(value))
        return false;
    free(text_now[i]);
    text_now[i] = mem_copy(json_string_value(value));
    return true;
}

json_t *switch_dump(void)
{
    json_t *all = json_object();

    for (size_t i = 0; i < SWITCH_NUMBER_COUNT; i++)
        (void)json_object_set_new(all, numbers[i].name,
                                  json_integer(switch_int((enum switch_number)i)));
    for (size_t i = 0; i < SWITCH_TEXT_COUNT; i++)
        (void)json_object_set_new(all, texts[i].name,
                                  json_string(switch_words((enum switch_text_id)i)));
    return all;
}

void switch_help(struct text *t)
{
    for (size_t i = 0; i < SWITCH_NUMBER_COUNT; i++)
        text_fmt(t, "  %-30s %6lld  %s\n", numbers[i].name, (long long)numbers[i].value,
                 numbers[i].help);
    for (size_t i = 0; i < SWITCH_TEXT_COUNT; i++)
        text_fmt(t, "  %-30s \"%s\"  %s\n", texts[i].name, texts[i].value, texts[i].help);
}

void switch_reset(void)
{
    for (size_t i = 0; i < SWITCH_NUMBER_COUNT; i++)
        number_changed[i] = false;
    for (size_t i = 0; i < SWITCH_TEXT_COUNT; i++) {
        free(text_now[i]);
        text_now[i] = NULL;
    }
}
