#include "wire/url.h"

#include "core/text.h"

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void url_put(struct buf *buf, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (; text && *text; text++) {
        unsigned byte = (unsigned char)*text;

        if (is_unreserved(*text))
            buf_char(buf, *text);
        else
            buf_put(buf, (const char[]){'%', digits[byte >> 4], digits[byte & 15]}, 3);
    }
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static const char *url_decoded(const char *text, size_t len, struct arena *arena)
{
    char *out = arena_bytes(arena, len + 1);
    size_t at = 0, made = 0;

    while (at < len) {
        int high = text[at] == '%' && len - at > 2 ? hex_digit(text[at + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
        int plain = text[at] == '+' ? ' ' : text[at];

        out[made++] = (char)(low >= 0 ? high * 16 + low : plain);
        at += low >= 0 ? 3 : 1;
    }
    out[made] = '\0';
    return utf8_valid(out, made) ? out : NULL;
}

const char *url_parameter(const char *url, const char *name, struct arena *arena)
{
    const char *at = url + strcspn(url, "?#");
    size_t name_len = strlen(name);

    while (*at == '?' || *at == '&') {
        size_t len = strcspn(++at, "&#");

        if (len > name_len && strncmp(at, name, name_len) == 0 && at[name_len] == '=')
            return url_decoded(at + name_len + 1, len - name_len - 1, arena);
        at += len;
    }
    return NULL;
}
