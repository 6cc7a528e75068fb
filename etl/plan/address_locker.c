/* Packstation and Postfiliale. Buyers put the station and their post number into any of five
 * fields, with and without words around them. Both are found as spans, cut out, and what remains of
 * each field stays where it was, except that nothing but the station may stand in street and house
 * number. */
#include "plan/address.h"

#include "core/text.h"

#include <strings.h>

#define STATION_MIN "101" /* three digits are 999 at most */
#define POST_NUMBER_MIN 6
#define POST_NUMBER_MAX 10

/* Part of a field's text: from <= at < end. */
struct span {
    size_t field; /* of those below */
    size_t from, end;
    bool found;
};

/* Where to look, in this order. */
enum { STREET, HOUSE, EXTRA, COMPANY, NAME, FIELDS };

struct search {
    const char *texts[FIELDS]; /* "" for none */
    const char *kind;          /* as it will stand in the street */
    struct span station, post;
    const char *station_number, *post_number;
    struct arena *arena;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           (unsigned char)c >= 0x80;
}

/* Where the word (in small letters) begins, in any case, with no letter in front or (unless digits)
 * behind; NULL when nowhere. */
static const char *find_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = text; *at; at++) {
        if ((*at | 0x20) != *word || strncasecmp(at, word, len) != 0)
            continue;
        if ((at == text || !is_word_char(at[-1])) && (is_digit(at[len]) || !is_word_char(at[len])))
            return at;
    }
    return NULL;
}

/* Over what stands between a word and its number: "Nr. 145", "-Nr.: 145", "#145". */
static const char *skip_label(const char *at)
{
    static const char marks[] = " .:#,-";

    at += strspn(at, marks);
    if (strncasecmp(at, "nr", 2) == 0 && !is_word_char(at[2]))
        at += 2;
    else if (strncasecmp(at, "nummer", 6) == 0 && !is_word_char(at[6]))
        at += 6;
    return at + strspn(at, marks);
}

static size_t digits_at(const char *at)
{
    return strspn(at, "0123456789");
}

/* "DHL Packstation 145": the span from DHL on, and the number if there is one behind the word. */
static bool find_station_word(struct search *search, size_t field, const char *word,
                              const char *kind)
{
    const char *text = search->texts[field], *at = find_word(text, word), *number;
    size_t digits;

    if (!at)
        return false;
    number = skip_label(at + strlen(word));
    digits = digits_at(number);
    search->kind = kind;
    search->station =
        (struct span){field, (size_t)(at - text), (size_t)(at - text) + strlen(word), true};
    if (digits && digits < POST_NUMBER_MIN) {
        search->station_number = arena_slice(search->arena, number, digits);
        search->station.end = (size_t)(number - text) + digits;
    }
    if (at - text >= 4 && strncasecmp(at - 4, "dhl", 3) == 0 && strchr(" -", at[-1]))
        search->station.from -= 4;
    return true;
}

static bool find_station(struct search *search)
{
    static const struct {
        const char *word, *kind;
    } words[] = {{"packstation", "Packstation"},  {"pack-station", "Packstation"},
                 {"pack station", "Packstation"}, {"postfiliale", "Postfiliale"},
                 {"post-filiale", "Postfiliale"}, {"post filiale", "Postfiliale"}};

    for (size_t field = 0; field < FIELDS; field++)
        for (size_t i = 0; i < ARRAY_LEN(words); i++)
            if (find_station_word(search, field, words[i].word, words[i].kind))
                return true;
    return false;
}

static bool take_post_number(struct search *search, size_t field, const char *label,
                             const char *digits)
{
    const char *text = search->texts[field];
    size_t len = digits_at(digits);

    if (len < POST_NUMBER_MIN || len > POST_NUMBER_MAX)
        return false;
    search->post =
        (struct span){field, (size_t)(label - text), (size_t)(digits - text) + len, true};
    search->post_number = arena_slice(search->arena, digits, len);
    return true;
}

/* "Postnummer 12345678". */
static bool find_labelled(struct search *search, size_t field)
{
    static const char *const labels[] = {"postnummer", "post-nummer", "post nummer",  "postnr",
                                         "post-nr",    "post nr",     "kundennummer", "dhl"};

    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        const char *label = find_word(search->texts[field], labels[i]);

        if (label && take_post_number(search, field, label, skip_label(label + strlen(labels[i]))))
            return true;
    }
    return false;
}

/* Bare digits of the right length. */
static bool find_bare(struct search *search, size_t field)
{
    const char *text = search->texts[field];

    for (const char *at = text; *at;) {
        size_t digits = digits_at(at);

        if (digits && (at == text || !is_word_char(at[-1])) && !is_word_char(at[digits]) &&
            take_post_number(search, field, at, at))
            return true;
        at += digits ? digits : 1;
    }
    return false;
}

static bool find_post_number(struct search *search)
{
    for (size_t field = 0; field < FIELDS; field++)
        if (find_labelled(search, field))
            return true;
    for (size_t field = 0; field < FIELDS; field++)
        if (find_bare(search, field))
            return true;
    return false;
}

/* The station's number may stand by itself, as the whole of another field. */
static void find_station_apart(struct search *search)
{
    for (size_t field = 0; field < FIELDS && !search->station_number; field++) {
        const char *text = search->texts[field];

        if (digits_at(text) != 3 || text[3])
            continue;
        search->station_number = text;
        search->texts[field] = "";
    }
}

static bool station_is_good(const char *number)
{
    return number && strlen(number) == 3 && digits_at(number) == 3 &&
           strcmp(number, STATION_MIN) >= 0;
}

static bool in_span(const struct span *span, size_t field, size_t at)
{
    return span->found && span->field == field && at >= span->from && at < span->end;
}

static bool post_number_is_good(const char *number)
{
    size_t len = number ? strlen(number) : 0;

    return len >= POST_NUMBER_MIN && len <= POST_NUMBER_MAX && digits_at(number) == len;
}

/* What remains of a field: without the spans, and without the commas and brackets that stood around
 * them. */
static const char *remainder_of(struct search *search, size_t field)
{
    static const char marks[] = " ,;:/()-";
    const char *text = search->texts[field];
    size_t len = strlen(text), kept = 0, from;
    char *out = arena_bytes(search->arena, len + 1);
    bool any = false;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (in_span(&search->station, field, i) || in_span(&search->post, field, i)) {
            any = true;
            c = ' ';
        }
        if (c != ' ' || (kept && out[kept - 1] != ' '))
            out[kept++] = c;
    }
    out[kept] = '\0';
    if (!any)
        return text;
    from = strspn(out, marks);
    while (kept > from && strchr(marks, out[kept - 1]))
        out[--kept] = '\0';
    return out + from;
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static void move(struct search *search, struct address *address)
{
    static const size_t left[] = {STREET, HOUSE, EXTRA};
    const char *extra = "";

    for (size_t i = 0; i < ARRAY_LEN(left); i++) {
        const char *more = remainder_of(search, left[i]);

        extra = !*more ? extra : *extra ? arena_format(search->arena, "%s, %s", extra, more) : more;
    }
    address->street = search->kind;
    address->house_number = search->station_number;
    address->post_number = search->post_number;
    address->company = or_null(remainder_of(search, COMPANY));
    address->name = or_null(remainder_of(search, NAME));
    address->extra = or_null(extra);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

enum locker address_locker(struct address *address, struct arena *arena, const char **why)
{
    struct search search = {.arena = arena,
                            .texts = {[STREET] = or_empty(address->street),
                                      [HOUSE] = or_empty(address->house_number),
                                      [EXTRA] = or_empty(address->extra),
                                      [COMPANY] = or_empty(address->company),
                                      [NAME] = or_empty(address->name)}};

    if (!find_station(&search))
        return LOCKER_NONE;
    find_station_apart(&search);
    if (!station_is_good(search.station_number)) {
        *why =
            arena_format(arena, "the number of the %s is missing or not 101 to 999", search.kind);
        return LOCKER_BAD;
    }
    if (!text_is_empty(address->post_number))
        search.post_number = address->post_number;
    else
        (void)find_post_number(&search);
    if (!post_number_is_good(search.post_number)) {
        *why = arena_format(
            arena, "the post number for the %s is missing or has not 6 to 10 digits", search.kind);
        return LOCKER_BAD;
    }
    move(&search, address);
    return LOCKER_GOOD;
}
