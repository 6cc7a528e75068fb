#include "wire/unicode.h"

#include "core/text.h"
#include "wire/icu.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* Below the first combining mark every text is normal as it stands. */
#define FIRST_COMBINING 0x300

/* --- The short way ------------------------------------------------------------------------ */

/* U+00C0 to U+02FF are letters and visible signs, whole as they stand. (Two bytes, C3 to CB first.)
 */
static bool is_latin(const char *at)
{
    return (unsigned char)*at >= 0xC3 && (unsigned char)*at <= 0xCB;
}

/* Those and bytes 0x21..0x7E, with single blanks between them. */
static bool is_clean_latin(const char *text)
{
    char before = ' ';

    for (; *text; text++) {
        if (is_latin(text))
            text++;
        else if ((unsigned char)*text < ' ' || (unsigned char)*text >= 0x7F ||
                 (*text == ' ' && before == ' '))
            return false;
        before = *text;
    }
    return before != ' ';
}

static bool is_ascii_lower(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80 || (*text >= 'A' && *text <= 'Z'))
            return false;
    return true;
}

/* --- Blanks and what cannot be seen ------------------------------------------------------- */

static bool is_blank(uint32_t point)
{
    return u_isUWhiteSpace((UChar32)point);
}

static bool is_invisible(uint32_t point)
{
    return u_charType((UChar32)point) == U_CONTROL_CHAR ||
           u_hasBinaryProperty((UChar32)point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/* The text without them; *composes says whether a code point is left that NFC might change. Never
 * longer than it was. */
static char *filtered(struct arena *arena, const char *text, bool *composes)
{
    char *out = arena_bytes(arena, strlen(text) + 1);
    size_t len = 0;
    bool blank_due = false;

    *composes = false;
    for (const char *at = text; *at;) {
        const char *from = at;
        uint32_t point = utf8_next(&at);

        if (is_blank(point)) {
            blank_due = len > 0;
            continue;
        }
        if (is_invisible(point))
            continue;
        if (blank_due)
            out[len++] = ' ';
        blank_due = false;
        memcpy(out + len, from, (size_t)(at - from));
        len += (size_t)(at - from);
        *composes = *composes || point >= FIRST_COMBINING;
    }
    out[len] = '\0';
    return out;
}

/* --- Through ICU's UTF-16 ----------------------------------------------------------------- */

struct wide {
    UChar *units;
    int32_t len;
};

/* UTF-16 never has more units than UTF-8 has bytes. */
static struct wide widen(struct arena *arena, const char *text)
{
    size_t room = strlen(text) + 1;
    struct wide out = {arena_array(arena, room, sizeof(UChar)), 0};
    UErrorCode status = U_ZERO_ERROR;

    (void)u_strFromUTF8(out.units, (int32_t)room, &out.len, text, -1, &status);
    return out;
}

static char *narrow(struct arena *arena, struct wide wide)
{
    size_t room = (size_t)wide.len * 3 + 1;
    char *out = arena_bytes(arena, room);
    UErrorCode status = U_ZERO_ERROR;

    (void)u_strToUTF8(out, (int32_t)room, NULL, wide.units, wide.len, &status);
    return out;
}

static struct wide normal(struct arena *arena, const UNormalizer2 *form, struct wide text)
{
    struct wide out = {NULL, 0};
    UErrorCode status = U_ZERO_ERROR;
    int32_t room = unorm2_normalize(form, text.units, text.len, NULL, 0, &status);

    out.units = arena_array(arena, (size_t)room + 1, sizeof(UChar));
    status = U_ZERO_ERROR;
    out.len = unorm2_normalize(form, text.units, text.len, out.units, room + 1, &status);
    return out;
}

static const char *composed(struct arena *arena, const char *text)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    struct wide wide = widen(arena, text);

    if (unorm2_isNormalized(nfc, wide.units, wide.len, &status))
        return text;
    return narrow(arena, normal(arena, nfc, wide));
}

const char *unicode_clean(struct arena *arena, const char *text)
{
    const char *out;
    bool composes;

    if (!text || is_clean_latin(text))
        return text;
    icu_memory();
    out = filtered(arena, text, &composes);
    if (composes)
        out = composed(arena, out);
    return strcmp(out, text) == 0 ? text : out;
}

/* Drops the accents of a decomposed text in place. */
static char *without_marks(char *text)
{
    char *out = text;

    for (const char *at = text; *at;) {
        const char *from = at;

        if (u_charType((UChar32)utf8_next(&at)) == U_NON_SPACING_MARK)
            continue;
        while (from < at)
            *out++ = *from++;
    }
    *out = '\0';
    return text;
}

static struct wide case_folded(struct arena *arena, struct wide text)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t room = text.len * 3 + 1; /* one code point becomes three at most */
    struct wide out = {arena_array(arena, (size_t)room, sizeof(UChar)), 0};

    out.len = u_strFoldCase(out.units, room, text.units, text.len, U_FOLD_CASE_DEFAULT, &status);
    return out;
}

const char *unicode_fold(struct arena *arena, const char *text)
{
    const char *clean = unicode_clean(arena, text);
    UErrorCode status = U_ZERO_ERROR;
    char *bare;

    if (!clean || is_ascii_lower(clean))
        return clean;
    icu_memory();
    bare = narrow(arena, normal(arena, unorm2_getNFKDInstance(&status), widen(arena, clean)));
    bare = narrow(arena, case_folded(arena, widen(arena, without_marks(bare))));
    clean = unicode_clean(arena, bare); /* a sign may have been a blank and an accent */
    return strcmp(clean, text) == 0 ? text : clean;
}
