/* House numbers. Candidates are the digits that stand where a number may begin; the one from which
 * everything up to the end reads as a house number wins, the leftmost first, so that "1 1/3" and
 * "12 - 14a" stay whole. Whatever else could be a number in what remains ("Hauptstr. 5, App. 12")
 * makes it unsure, and unsure is left as it is. */
#include "plan/address.h"

#include "core/text.h"

#include <strings.h>

#define DIGITS_BEHIND_MAX 4 /* five behind a street are a postcode */
#define DIGITS_FRONT_MAX 5
#define EN_DASH "\xE2\x80\x93"
#define ALLEE_ACCENTED "all\303\251e"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_ascii_letter(char c)
{
    return is_letter(c) && (unsigned char)c < 0x80;
}

static bool is_en_dash(const char *at)
{
    return strncmp(at, EN_DASH, strlen(EN_DASH)) == 0;
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " ");
}

/* ---- what a house number looks like; each returns what is behind it, or NULL ---- */

/* bis, ter, quater: French letters. */
static const char *read_word_suffix(const char *at)
{
    static const char *const words[] = {"bis", "ter", "quater"};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t len = strlen(words[i]);

        if (strncasecmp(at, words[i], len) == 0 && !is_letter(at[len]) && !is_digit(at[len]))
            return at + len;
    }
    return NULL;
}

/* One letter that no other letter or digit follows: the a of "12a" and "12 a", but not the A of "12
 * Am Markt". */
static const char *read_letter(const char *at)
{
    if (!is_ascii_letter(*at) || is_letter(at[1]) || is_digit(at[1]))
        return NULL;
    return at + 1;
}

static const char *read_digits(const char *at, size_t max)
{
    size_t len = strspn(at, "0123456789");

    return len && len <= max ? at + len : NULL;
}

/* " 1/3" or a written-out fraction such as U+00BD. */
static const char *read_fraction(const char *at)
{
    const char *slash = at + strspn(at, "0123456789");

    if ((unsigned char)at[0] == 0xC2 && (unsigned char)at[1] >= 0xBC &&
        (unsigned char)at[1] <= 0xBE)
        return at + 2;
    if (slash == at || slash - at > 2 || *slash != '/')
        return NULL;
    return read_digits(slash + 1, 2);
}

/* "12", "12a", "12 a", "12 bis", "1 1/3", "1/2". */
static const char *read_single(const char *at, size_t digits_max)
{
    const char *end = read_digits(at, digits_max), *more;

    if (!end)
        return NULL;
    more = read_fraction(skip_blanks(end));
    if (more && (*end == ' ' || !is_digit(*end)))
        return more;
    more = read_word_suffix(skip_blanks(end));
    if (!more)
        more = read_letter(skip_blanks(end));
    return more ? more : is_letter(*end) && !is_en_dash(end) ? NULL : end;
}

/* Behind "-", an en dash, "/" or "+" goes another number or, of a range of letters, another letter.
 */
static const char *read_further(const char *at)
{
    const char *sign = skip_blanks(at), *next;

    if (is_en_dash(sign))
        next = skip_blanks(sign + strlen(EN_DASH));
    else if (*sign && strchr("-/+", *sign))
        next = skip_blanks(sign + 1);
    else
        return NULL;
    return is_digit(*next) ? read_single(next, DIGITS_BEHIND_MAX) : read_letter(next);
}

static const char *read_number(const char *at, size_t digits_max)
{
    const char *end = read_single(at, digits_max), *more;

    while (end && (more = read_further(end)))
        end = more;
    return end;
}

/* ---- what a street looks like ---- */

/* Digits that an ordinal's dot does not follow ("17. Juni") could be a number, too. */
static bool has_other_number(const char *text, const char *end)
{
    while (text < end) {
        if (!is_digit(*text)) {
            text++;
            continue;
        }
        while (text < end && is_digit(*text))
            text++;
        if (text == end || *text != '.')
            return true;
    }
    return false;
}

static bool has_word(const char *text, const char *end)
{
    for (; text + 1 < end; text++)
        if (is_letter(text[0]) && is_letter(text[1]))
            return true;
    return false;
}

/* Is the text between `text` and `end` this word, in any case, perhaps with a dot? */
static bool same_word(const char *text, const char *end, const char *word)
{
    size_t len = strlen(word);

    if (end > text && end[-1] == '.')
        end--;
    return (size_t)(end - text) == len && strncasecmp(text, word, len) == 0;
}

/* Does the last word say that the number behind it is none of a house? */
static bool ends_in_unit(const char *text, const char *end)
{
    static const char *const units[] = {
        "postfach", "box",   "app",    "apt",   "apartment",   "appartement", "top",
        "wohnung",  "whg",   "zimmer", "etage", "og",          "flat",        "unit",
        "suite",    "floor", "stiege", "km",    "packstation", "postfiliale"};
    const char *start;

    while (end > text && (end[-1] == ' ' || end[-1] == ','))
        end--;
    for (start = end; start > text && start[-1] != ' ';)
        start--;
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (same_word(start, end, units[i]))
            return true;
    return false;
}

/* The words that French streets begin with: behind them digits belong to the name ("rue du 8 mai
 * 1945"). */
static bool begins_as_way(const char *text)
{
    static const char *const ways[] = {"rue",   "avenue", "av",     "boulevard", "bd",
                                       "place", "chemin", "quai",   "impasse",   "allee",
                                       "route", "cours",  "square", "passage",   ALLEE_ACCENTED};
    const char *end = text + strcspn(text, " ");

    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        if (same_word(text, end, ways[i]))
            return true;
    return false;
}

/* A block of Mannheim's squares: "C5", "Q 7". */
static bool is_square(const char *text, const char *end)
{
    if (text == end || *text < 'A' || *text > 'U')
        return false;
    text = skip_blanks(text + 1);
    return text < end && is_digit(*text) &&
           (text + 1 == end || (text[1] == ',' && text + 2 == end));
}

static bool is_street(const char *text, const char *end)
{
    if (is_square(text, end))
        return true;
    return has_word(text, end) && !has_other_number(text, end) && !ends_in_unit(text, end);
}

/* ---- the two orders ---- */

/* May a number begin at `at`? Not in the middle of digits, nor behind a sign that would be a part
 * of it. */
static bool may_begin(const char *text, const char *at)
{
    return is_digit(*at) && at > text && (strchr(" .,", at[-1]) || is_letter(at[-1]));
}

static bool split_behind(const char *text, struct arena *arena, const char **street,
                         const char **number)
{
    for (const char *at = text; *at; at++) {
        const char *end, *stop = at;

        if (!may_begin(text, at))
            continue;
        end = read_number(at, DIGITS_BEHIND_MAX);
        if (!end || *end)
            continue;
        while (stop > text && stop[-1] == ' ')
            stop--;
        if (!is_street(text, stop))
            return false;
        *street = arena_slice(arena, text, (size_t)(stop - text));
        *number = arena_text(arena, at);
        return true;
    }
    return false;
}

static bool split_front(const char *text, struct arena *arena, const char **street,
                        const char **number)
{
    const char *end = read_number(text, DIGITS_FRONT_MAX);
    const char *rest;

    if (!end || (*end != ' ' && *end != ','))
        return false;
    rest = skip_blanks(*end == ',' ? end + 1 : end);
    if (!begins_as_way(rest) && !is_street(rest, rest + strlen(rest)))
        return false;
    *number = arena_slice(arena, text, (size_t)(end - text));
    *street = arena_text(arena, rest);
    return true;
}

bool address_split(const char *street, struct arena *arena, const char **out_street,
                   const char **out_number, bool *number_first)
{
    if (is_digit(*street) && split_front(street, arena, out_street, out_number)) {
        *number_first = true;
        return true;
    }
    *number_first = false;
    return split_behind(street, arena, out_street, out_number);
}
