#include "sandbox/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *mem_need(size_t size)
{
    void *p = calloc(1, size ? size : 1);

    if (!p)
        abort();
    return p;
}

void *mem_grow(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);

    if (!p)
        abort();
    return p;
}

char *mem_copy_n(const char *s, size_t n)
{
    char *p = mem_need(n + 1);

    memcpy(p, s, n);
    return p;
}

char *mem_copy(const char *s)
{
    return s ? mem_copy_n(s, strlen(s)) : NULL;
}

void text_copy(char *to, size_t size, const char *from)
{
    size_t i = 0;

    for (; i + 1 < size && from[i]; i++)
        to[i] = from[i];
    to[i] = '\0';
}

char *text_room(struct text *t, size_t n)
{
    if (t->len + n + 1 > t->max) {
        size_t max = t->max ? t->max : 256;

        while (max < t->len + n + 1)
            max *= 2;
        t->s = mem_grow(t->s, max);
        t->max = max;
    }
    return t->s + t->len;
}

void text_add(struct text *t, const char *bytes, size_t n)
{
    char *to = text_room(t, n);

    if (n)
        memcpy(to, bytes, n);
    to[n] = '\0';
    t->len += n;
}

void text_str(struct text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_char(struct text *t, char c)
{
    text_add(t, &c, 1);
}

void text_int(struct text *t, int64_t n)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (n < 0)
        digits[--at] = '-';
    text_add(t, digits + at, sizeof digits - at);
}

void text_digits(struct text *t, int64_t value, int n)
{
    char *to = text_room(t, (size_t)n);

    for (int i = n; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    to[n] = '\0';
    t->len += (size_t)n;
}

void text_fmt(struct text *t, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0)
        return;
    va_start(args, format);
    (void)vsnprintf(text_room(t, (size_t)n), (size_t)n + 1, format, args);
    va_end(args);
    t->len += (size_t)n;
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&apos;";
    default:
        return NULL;
    }
}

void text_xml(struct text *t, const char *bytes, size_t n)
{
    size_t from = 0;

    for (size_t i = 0; i < n; i++) {
        const char *entity = entity_of(bytes[i]);

        if (!entity)
            continue;
        text_add(t, bytes + from, i - from);
        text_str(t, entity);
        from = i + 1;
    }
    text_add(t, bytes + from, n - from);
}

/* Length of the UTF-8 character that begins at p, 0 when none does. */
static size_t character(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char from, to, low, high; /* first byte; second byte */
        size_t n;
    } rows[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    size_t r = 0, good = 1;

    while (r<sizeof rows / sizeof *rows && * p> rows[r].to)
        r++;
    if (r == sizeof rows / sizeof *rows || *p < rows[r].from || left < rows[r].n)
        return 0;
    if (rows[r].n > 1 && p[1] >= rows[r].low && p[1] <= rows[r].high)
        good = 2;
    while (good > 1 && good < rows[r].n && (p[good] & 0xc0) == 0x80)
        good++;
    return good == rows[r].n ? good : 0;
}

void text_json_n(struct text *t, const char *bytes, size_t n)
{
    size_t from = 0, i = 0;

    text_char(t, '"');
    while (i < n) {
        unsigned char c = (unsigned char)bytes[i];
        size_t length = c < 0x80 ? 1 : character((const unsigned char *)bytes + i, n - i);

        if (length && c >= 0x20 && c != '"' && c != '\\') {
            i += length;
            continue;
        }
        text_add(t, bytes + from, i - from);
        from = ++i;
        if (c == '"' || c == '\\')
            text_fmt(t, "\\%c", c);
        else if (c == '\n')
            text_str(t, "\\n");
        else
            text_fmt(t, "\\u%04x", c < 0x80 ? (unsigned)c : 0xfffdu);
    }
    text_add(t, bytes + from, n - from);
    text_char(t, '"');
}

void text_json(struct text *t, const char *s)
{
    if (s)
        text_json_n(t, s, strlen(s));
    else
        text_str(t, "null");
}

static void text_key(struct text *t, const char *key)
{
    if (t->len && t->s[t->len - 1] != '{')
        text_char(t, ',');
    text_json(t, key);
    text_char(t, ':');
}

void text_member(struct text *t, const char *key, const char *value)
{
    text_key(t, key);
    text_json(t, value);
}

void text_member_int(struct text *t, const char *key, int64_t value)
{
    text_key(t, key);
    text_int(t, value);
}

void text_member_raw(struct text *t, const char *key, const char *json)
{
    text_key(t, key);
    text_str(t, json);
}

static void text_fixed(struct text *t, int64_t value, int places, char mark)
{
    int64_t unit = places == 2 ? 100 : 1000;

    if (value < 0)
        text_char(t, '-');
    value = value < 0 ? -value : value;
    text_int(t, value / unit);
    text_char(t, mark);
    text_digits(t, value % unit, places);
}

void text_money(struct text *t, int64_t cents, char mark)
{
    text_fixed(t, cents, 2, mark);
}

void text_weight(struct text *t, int64_t grams, char mark)
{
    text_fixed(t, grams, 3, mark);
}

void text_clear(struct text *t)
{
    t->len = 0;
    if (t->s)
        t->s[0] = '\0';
}

void text_done(struct text *t)
{
    free(t->s);
    *t = (struct text){0};
}

char *text_take(struct text *t)
{
    char *s = text_room(t, 0);

    s[0] = '\0';
    s = t->s;
    *t = (struct text){0};
    return s;
}

bool int_of(const char *s, int64_t *out)
{
    bool minus = s && *s == '-';
    int64_t n = 0;

    if (!s || !s[minus])
        return false;
    for (s += minus; *s; s++) {
        if (*s < '0' || *s > '9' || n > INT64_MAX / 10 - 1)
            return false;
        n = n * 10 + (*s - '0');
    }
    *out = minus ? -n : n;
    return true;
}

/* Appends a digit behind the mark, of which the first three count. */
static void take_place(int64_t *n, int *places, char digit)
{
    if ((*places)++ < 3)
        *n = *n * 10 + (digit - '0');
}

bool milli_of(const char *s, int64_t *out)
{
    bool minus = s && *s == '-';
    const char *at = s ? s + minus : NULL;
    int64_t n = 0;
    int places = 0;

    if (!at || *at < '0' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9' && n < INT64_MAX / 100000; at++)
        n = n * 10 + (*at - '0');
    if (*at == '.' || *at == ',') {
        for (at++; *at >= '0' && *at <= '9'; at++)
            take_place(&n, &places, *at);
    }
    for (; places < 3; places++)
        n *= 10;
    *out = minus ? -n : n;
    return !*at;
}

bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

char lower(char c)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    const char *at = c ? strchr(capitals, c) : NULL;

    if (at)
        c = letters[at - capitals];
    return c;
}

bool same_word(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}
