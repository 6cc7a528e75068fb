#include "sandbox/json_quick.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/text.h"

enum { DEPTH_MAX = 16, DIGITS_MAX = 15 };

struct reader {
    const char *at, *end;
    int depth;
};

static json_t *read_value(struct reader *r);

static char peek(struct reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
    if (r->at == r->end)
        return '\0';
    return *r->at;
}

static bool take(struct reader *r, char c)
{
    if (peek(r) != c)
        return false;
    r->at++;
    return true;
}

struct span {
    const char *text;
    size_t len;
    bool ascii, escapes;
};

/* What stands between two quotes. */
static bool take_quoted(struct reader *r, struct span *out)
{
    const char *at;

    *out = (struct span){.ascii = true};
    if (!take(r, '"'))
        return false;
    for (at = r->at; at < r->end && *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return false;
        out->ascii = out->ascii && (unsigned char)*at < 0x80;
        out->escapes = out->escapes || *at == '\\';
        at += *at == '\\';
    }
    if (at >= r->end)
        return false;
    out->text = r->at;
    out->len = (size_t)(at - r->at);
    r->at = at + 1;
    return true;
}

/* \" \\ \/ and \n, no others. */
static bool unescape(const struct span *span, struct text *out)
{
    for (size_t i = 0; i < span->len; i++) {
        char c = span->text[i];

        if (c == '\\') {
            c = span->text[++i];
            if (c != '"' && c != '\\' && c != '/' && c != 'n')
                return false;
            if (c == 'n')
                c = '\n';
        }
        text_char(out, c);
    }
    return true;
}

static json_t *read_string(struct reader *r)
{
    struct text bare = {0};
    struct span span;
    json_t *value = NULL;

    if (!take_quoted(r, &span))
        return NULL;
    if (!span.escapes)
        return span.ascii ? json_stringn_nocheck(span.text, span.len)
                          : json_stringn(span.text, span.len);
    if (unescape(&span, &bare))
        value = json_stringn(bare.s, bare.len);
    text_done(&bare);
    return value;
}

static bool take_word(struct reader *r, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

static size_t digits(const struct reader *r, const char *from)
{
    const char *at = from;

    while (at < r->end && *at >= '0' && *at <= '9')
        at++;
    return (size_t)(at - from);
}

static json_t *read_number(struct reader *r)
{
    const char *from = r->at, *at = from + (*from == '-');
    size_t whole = digits(r, at), part = 0;
    char text[2 * DIGITS_MAX + 4];

    if (!whole || whole > DIGITS_MAX || (whole > 1 && *at == '0'))
        return NULL;
    at += whole;
    if (at < r->end && *at == '.') {
        part = digits(r, at + 1);
        if (!part || part > DIGITS_MAX)
            return NULL;
        at += 1 + part;
    }
    if (at == r->end || *at == 'e' || *at == 'E')
        return NULL;
    memcpy(text, from, (size_t)(at - from));
    text[at - from] = '\0';
    r->at = at;
    return part ? json_real(strtod(text, NULL)) : json_integer(strtoll(text, NULL, 10));
}

static bool read_member(struct reader *r, json_t *object)
{
    struct span name;

    return take_quoted(r, &name) && name.ascii && !name.escapes && take(r, ':') &&
           json_object_setn_new_nocheck(object, name.text, name.len, read_value(r)) == 0;
}

static json_t *read_object(struct reader *r)
{
    json_t *object = json_object();
    bool fine = take(r, '{');

    if (fine && peek(r) != '}')
        do
            fine = read_member(r, object);
        while (fine && take(r, ','));
    if (fine && take(r, '}'))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *read_list(struct reader *r)
{
    json_t *list = json_array();
    bool fine = take(r, '[');

    if (fine && peek(r) != ']')
        do
            fine = json_array_append_new(list, read_value(r)) == 0;
        while (fine && take(r, ','));
    if (fine && take(r, ']'))
        return list;
    json_decref(list);
    return NULL;
}

static json_t *read_nested(struct reader *r, json_t *(*read)(struct reader *r))
{
    json_t *value = NULL;

    if (++r->depth <= DEPTH_MAX)
        value = read(r);
    r->depth--;
    return value;
}

static json_t *read_value(struct reader *r)
{
    switch (peek(r)) {
    case '{':
        return read_nested(r, read_object);
    case '[':
        return read_nested(r, read_list);
    case '"':
        return read_string(r);
    case 't':
        return take_word(r, "true") ? json_true() : NULL;
    case 'f':
        return take_word(r, "false") ? json_false() : NULL;
    case 'n':
        return take_word(r, "null") ? json_null() : NULL;
    case '\0':
        return NULL;
    default:
        return read_number(r);
    }
}

json_t *json_read(const char *bytes, size_t len, json_error_t *why)
{
    struct reader r = {.at = bytes, .end = bytes + len};
    char first = peek(&r);
    json_t *value = first == '{' || first == '[' ? read_value(&r) : NULL;

    if (value && (peek(&r) != '\0' || r.at != r.end)) {
        json_decref(value);
        value = NULL;
    }
    return value ? value : json_loadb(bytes, len, 0, why);
}
