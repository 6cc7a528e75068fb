#include "core/text.h"

#define FNV_START 14695981039346656037U
#define FNV_PRIME 1099511628211U

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

static bool is_ascii_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_ascii(char c)
{
    return c && (unsigned char)c < 0x80;
}

/* White space beyond ASCII: U+00A0, U+200B, U+FEFF. */
static const char *const wide_blanks[] = {"\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF"};

/* Bytes of a white-space character at `at`; 0 when it is none. */
static size_t blank_len(const char *at)
{
    if ((unsigned char)*at < 0x80)
        return is_ascii_blank(*at);
    for (size_t i = 0; i < ARRAY_LEN(wide_blanks); i++)
        if (strncmp(at, wide_blanks[i], strlen(wide_blanks[i])) == 0)
            return strlen(wide_blanks[i]);
    return 0;
}

/* The same of the one that ends before `end`. */
static size_t blank_len_before(const char *start, const char *end)
{
    if ((unsigned char)end[-1] < 0x80)
        return is_ascii_blank(end[-1]);
    for (size_t i = 0; i < ARRAY_LEN(wide_blanks); i++) {
        size_t len = strlen(wide_blanks[i]);

        if ((size_t)(end - start) >= len && memcmp(end - len, wide_blanks[i], len) == 0)
            return len;
    }
    return 0;
}

static const char *skip_blanks(const char *text)
{
    size_t len;

    while (*text && (len = blank_len(text)) > 0)
        text += len;
    return text;
}

bool text_is_empty(const char *text)
{
    return !text || !*skip_blanks(text);
}

bool text_same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_same_nocase(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool text_starts_nocase(const char *text, const char *start)
{
    if (!text)
        return false;
    while (*start && lower(*text) == lower(*start)) {
        text++;
        start++;
    }
    return !*start;
}

bool text_is_digits(const char *text)
{
    if (!text || !*text)
        return false;
    for (; *text; text++)
        if (*text < '0' || *text > '9')
            return false;
    return true;
}

struct utf8_form {
    unsigned char lead, mask;
    uint32_t least;
};

size_t utf8_point_len(const char *bytes, size_t len)
{
    static const struct utf8_form forms[] = {
        {0x00, 0x80, 0x01}, {0xC0, 0xE0, 0x80}, {0xE0, 0xF0, 0x800}, {0xF0, 0xF8, 0x10000}};
    const unsigned char *at = (const unsigned char *)bytes;

    for (size_t extra = 0; extra < ARRAY_LEN(forms); extra++) {
        uint32_t point;

        if ((at[0] & forms[extra].mask) != forms[extra].lead)
            continue;
        if (extra >= len)
            return 0;
        point = at[0] & (unsigned char)~forms[extra].mask;
        for (size_t i = 1; i <= extra; i++) {
            if ((at[i] & 0xC0) != 0x80)
                return 0;
            point = point << 6 | (at[i] & 0x3FU);
        }
        if (point < forms[extra].least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
            return 0;
        return extra + 1;
    }
    return 0;
}

/* How many bytes from the start are surely ASCII and no NUL, eight at a time. */
static size_t ascii_run(const char *bytes, size_t len)
{
    size_t at = 0;
    uint64_t word;

    for (; at + sizeof word <= len; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        /* A top bit is set in some byte of: itself, or itself less one (a NUL borrows). */
        if ((word | (word - 0x0101010101010101U)) & 0x8080808080808080U)
            break;
    }
    return at;
}

bool utf8_valid(const char *bytes, size_t len)
{
    while (len) {
        size_t run = ascii_run(bytes, len);
        size_t step = run ? run : is_ascii(*bytes) ? 1 : utf8_point_len(bytes, len);

        if (!step)
            return false;
        bytes += step;
        len -= step;
    }
    return true;
}

bool text_is_damaged(const char *text)
{
    return text && strstr(text, UTF8_DAMAGE);
}

/* Bytes from the start that are UTF-8, or that are not, up to where that changes. */
static size_t run_len(const char *bytes, size_t len, bool sound)
{
    size_t at = 0;

    while (at < len) {
        size_t step = utf8_point_len(bytes + at, len - at);

        if ((step > 0) != sound)
            break;
        at += sound ? step : 1;
    }
    return at;
}

void utf8_mend(const char *bytes, size_t len, struct buf *out)
{
    while (len) {
        size_t sound = run_len(bytes, len, true);
        size_t bad = run_len(bytes + sound, len - sound, false);

        buf_put(out, bytes, sound);
        buf_text(out, bad ? UTF8_DAMAGE : NULL);
        bytes += sound + bad;
        len -= sound + bad;
    }
}

uint32_t utf8_next(const char **at)
{
    const unsigned char *p = (const unsigned char *)*at;
    uint32_t point = p[0];
    size_t extra = p[0] < 0xC0 ? 0 : p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;

    if (!p[0])
        return 0;
    if (extra)
        point = p[0] & (0x3FU >> extra);
    for (size_t i = 1; i <= extra; i++)
        point = point << 6 | (p[i] & 0x3FU);
    *at += extra + 1;
    return point;
}

size_t utf8_prefix(const char *text, size_t points)
{
    const char *at = text;

    while (points && utf8_next(&at))
        points--;
    return (size_t)(at - text);
}

size_t utf8_count(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

const char *text_trim(struct arena *arena, const char *text)
{
    const char *start, *end;
    size_t blank;

    if (!text)
        return NULL;
    start = skip_blanks(text);
    end = start + strlen(start);
    while (end > start && (blank = blank_len_before(start, end)) > 0)
        end -= blank;
    if (*end)
        return arena_slice(arena, start, (size_t)(end - start));
    return start;
}

#define WORD_MAX 64

/* Levenshtein distance, with words longer than WORD_MAX as far apart as can be. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t a_len = strlen(a), b_len = strlen(b);

    if (a_len > WORD_MAX || b_len > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = diagonal + (lower(a[i - 1]) != lower(b[j - 1]));

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b_len];
}

const char *text_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 3 + 2;

    for (; *words; words++) {
        size_t apart = distance(word, *words);

        if (apart < least) {
            least = apart;
            nearest = *words;
        }
    }
    return nearest;
}

const char *const *text_split(struct arena *arena, const char *text, char separator, size_t *count)
{
    const char **parts;
    size_t len = 1;

    for (const char *at = text; *at; at++)
        len += *at == separator;
    parts = arena_array(arena, len + 1, sizeof *parts);
    for (size_t i = 0; i < len; i++) {
        const char *end = strchr(text, separator);
        size_t part = end ? (size_t)(end - text) : strlen(text);

        parts[i] = text_trim(arena, arena_slice(arena, text, part));
        text += part + 1;
    }
    if (count)
        *count = len;
    return parts;
}

uint64_t text_hash(const char *text)
{
    uint64_t hash = FNV_START;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    return hash;
}

uint64_t text_hash_nocase(const char *text)
{
    uint64_t hash = FNV_START;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)lower(*text)) * FNV_PRIME;
    return hash;
}
