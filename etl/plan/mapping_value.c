#include "plan/mapping_intern.h"

#include "core/clock.h"
#include "core/decimal.h"
#include "core/text.h"
#include "wire/http.h"

#include <inttypes.h>

#define ROUTE "route."
#define NAMES_MAX 160

/* ---- operands ---- */

/* Every name that may stand for a field, for "did you mean". */
static const char *const *all_names(const struct loader *loader)
{
    const char **names = arena_array(loader->arena, NAMES_MAX + 1, sizeof *names);
    size_t len = 0;

    for (size_t i = 0; i < loader->shape->fields_len && len < NAMES_MAX; i++) {
        const struct field *field = &loader->shape->fields[i];

        names[len++] = field->name;
        for (size_t j = 0; field->element && j < field->element->fields_len && len < NAMES_MAX; j++)
            names[len++] =
                arena_format(loader->arena, "%s.%s", field->name, field->element->fields[j].name);
    }
    for (size_t i = 0; loader->options[i].name && len < NAMES_MAX; i++)
        names[len++] = arena_format(loader->arena, ROUTE "%s", loader->options[i].name);
    return names;
}

static bool option_load(struct loader *loader, const char *name, struct operand *out)
{
    for (const struct option *option = loader->options; option->name; option++) {
        if (!text_same(option->name, name + strlen(ROUTE)))
            continue;
        *out = (struct operand){.fixed = settings_text(loader->route, option->name)};
        return true;
    }
    return loader_unknown(loader, "option of the route", name, all_names(loader));
}

/* "items.sku": the list and its element's field. */
static bool line_field(const struct shape *shape, const char *name, struct operand *out)
{
    const char *dot = strchr(name, '.');
    size_t len = dot ? (size_t)(dot - name) : 0;

    for (size_t i = 0; dot && i < shape->fields_len; i++) {
        const struct field *list = &shape->fields[i];

        if (!list->element || strlen(list->name) != len || strncmp(list->name, name, len) != 0)
            continue;
        *out = (struct operand){.list = list, .field = field_find(list->element, dot + 1)};
        return out->field != NULL;
    }
    return false;
}

bool operand_load(struct loader *loader, const char *name, struct operand *out)
{
    const struct field *field = field_find(loader->shape, name);

    if (strncmp(name, ROUTE, strlen(ROUTE)) == 0)
        return option_load(loader, name, out);
    if (field) {
        *out = (struct operand){.field = field};
        return true;
    }
    return line_field(loader->shape, name, out) ||
           loader_unknown(loader, "field", name, all_names(loader));
}

bool operand_load_here(struct loader *loader, const char *name, struct operand *out)
{
    if (!operand_load(loader, name, out))
        return false;
    if (out->list && out->list != loader->list)
        return loader_fail(loader, "'%.60s' belongs to one line, but the rule is for the whole %s",
                           name, loader->shape->name);
    return true;
}

static const char *texts_joined(const struct texts *texts, struct arena *scratch)
{
    const char *joined = NULL;

    for (size_t i = 0; i < texts->len; i++) {
        if (text_is_empty(texts->list[i]))
            continue;
        joined = joined ? arena_format(scratch, "%s, %s", joined, texts->list[i]) : texts->list[i];
    }
    return joined;
}

/* 12.5000 as "12.50": at least two places, without the zeros behind them. */
static const char *money_text(int64_t amount_e4, struct arena *scratch)
{
    uint64_t magnitude = amount_e4 < 0 ? 0 - (uint64_t)amount_e4 : (uint64_t)amount_e4;
    unsigned rest = (unsigned)(magnitude % 10000);
    int places = rest % 100 == 0 ? 2 : rest % 10 == 0 ? 3 : 4;

    for (int cut = places; cut < 4; cut++)
        rest /= 10;
    return arena_format(scratch, "%s%" PRIu64 ".%0*u", amount_e4 < 0 ? "-" : "", magnitude / 10000,
                        places, rest);
}

static const char *time_text(int64_t utc, struct arena *scratch)
{
    char iso[ISO_TEXT_SIZE];

    return arena_text(scratch, iso_text(utc, iso));
}

static const char *number_text(const struct field *field, int64_t number, struct arena *scratch)
{
    if (!said(number))
        return NULL;
    if (field->type == FIELD_MONEY)
        return money_text(number, scratch);
    if (field->type == FIELD_TIME)
        return time_text(number, scratch);
    if (field->type == FIELD_BOOL)
        return number ? "yes" : "no";
    return arena_format(scratch, "%" PRId64, number);
}

const char *operand_text(const struct operand *operand, const struct subject *subject,
                         struct arena *scratch)
{
    const struct field *field = operand->field;
    void *base = operand_base(operand, subject);

    if (!field)
        return operand->fixed;
    if (field->type == FIELD_TEXT)
        return *field_text(field, base);
    if (field->type == FIELD_TEXTS)
        return texts_joined(field_texts(field, base), scratch);
    if (field->type == FIELD_LIST)
        return arena_format(scratch, "%zu", lines_of(field, subject->record).len);
    return number_text(field, *field_number(field, base), scratch);
}

struct lines lines_of(const struct field *list, struct record *record)
{
    struct lines lines = {.size = list->element->size};

    memcpy(&lines.first, (char *)record + list->offset, sizeof lines.first);
    memcpy(&lines.len, (char *)record + list->len_offset, sizeof lines.len);
    return lines;
}

/* ---- typed values ---- */

static bool weight_load(struct loader *loader, const char *text, int64_t *out)
{
    size_t len = strlen(text);
    bool grams = len > 1 && text[len - 1] == 'g' && text[len - 2] != 'k';
    bool kilograms = len > 2 && text_same(text + len - 2, "kg");
    const char *number = text_trim(loader->arena, arena_slice(loader->arena, text,
                                                              len - (kilograms ? 2
                                                                     : grams   ? 1
                                                                               : 0)));
    struct err inner;

    if ((grams || kilograms) && decimal_parse(number, kilograms ? 3 : 0, out, &inner))
        return true;
    return loader_fail(loader, "'%.60s' is no weight; write it as 3 kg or 500 g", text);
}

static bool flag_load(struct loader *loader, const char *text, int64_t *out)
{
    bool yes = text_same_nocase(text, "yes") || text_same(text, "1");

    if (!yes && !text_same_nocase(text, "no") && !text_same(text, "0"))
        return loader_fail(loader, "'%.60s' is neither yes nor no", text);
    *out = yes;
    return true;
}

bool number_load(struct loader *loader, const struct field *field, const char *text, int64_t *out)
{
    struct err inner;

    if (field->type == FIELD_WEIGHT)
        return weight_load(loader, text, out);
    if (field->type == FIELD_BOOL)
        return flag_load(loader, text, out);
    if (field->type == FIELD_MONEY)
        return decimal_parse(text, 4, out, &inner) ||
               loader_fail(loader, "'%.60s' is no amount of money; write it as 12.50", text);
    if (field->type == FIELD_INT)
        return integer_parse(text, out, &inner) ||
               loader_fail(loader, "'%.60s' is no whole number", text);
    return loader_fail(loader, "'%s' is a time; it can only be copied, with {field}", field->name);
}

/* ---- phrases ---- */

struct reading {
    struct piece pieces[PHRASE_PIECES_MAX];
    size_t len;
};

/* Puts a text behind the last one if that is a text, too. */
static bool add_text(struct loader *loader, struct reading *reading, const char *text, size_t len)
{
    struct piece *last = reading->len ? &reading->pieces[reading->len - 1] : NULL;
    const char *copy = arena_slice(loader->arena, text, len);

    if (!len)
        return true;
    if (last && last->text) {
        last->text = arena_format(loader->arena, "%s%s", last->text, copy);
        return true;
    }
    if (reading->len == PHRASE_PIECES_MAX)
        return loader_fail(loader, "more than %d parts in one text", PHRASE_PIECES_MAX);
    reading->pieces[reading->len++] = (struct piece){.text = copy};
    return true;
}

static bool add_operand(struct loader *loader, struct reading *reading, const char *name)
{
    struct operand operand;

    if (!operand_load_here(loader, name, &operand))
        return false;
    if (!operand.field)
        return !operand.fixed || add_text(loader, reading, operand.fixed, strlen(operand.fixed));
    if (reading->len == PHRASE_PIECES_MAX)
        return loader_fail(loader, "more than %d parts in one text", PHRASE_PIECES_MAX);
    reading->pieces[reading->len++] = (struct piece){.operand = operand};
    return true;
}

/* One piece from *at, which is moved on: text up to a brace, a doubled brace, or {a name}. */
static bool take_piece(struct loader *loader, struct reading *reading, const char **at)
{
    size_t plain = strcspn(*at, "{}");
    const char *brace = *at + plain, *close;

    if (!add_text(loader, reading, *at, plain))
        return false;
    *at = brace;
    if (!*brace)
        return true;
    if (brace[1] == *brace) {
        *at = brace + 2;
        return add_text(loader, reading, brace, 1);
    }
    close = strchr(brace, '}');
    if (*brace == '}' || !close)
        return loader_fail(loader, "a single %c; {field} puts a field in, {{ and }} are braces",
                           *brace);
    *at = close + 1;
    return add_operand(loader, reading,
                       text_trim(loader->arena, arena_slice(loader->arena, brace + 1,
                                                            (size_t)(close - brace - 1))));
}

bool phrase_load(struct loader *loader, const char *text, struct phrase *out)
{
    struct reading reading = {.len = 0};
    struct piece *pieces;

    while (*text)
        if (!take_piece(loader, &reading, &text))
            return false;
    if (reading.len == 0 || (reading.len == 1 && reading.pieces[0].text)) {
        *out = (struct phrase){.fixed = reading.len ? reading.pieces[0].text : NULL};
        return true;
    }
    pieces = arena_array(loader->arena, reading.len, sizeof *pieces);
    memcpy(pieces, reading.pieces, reading.len * sizeof *pieces);
    *out = (struct phrase){.pieces = pieces,
                           .len = reading.len,
                           .is_url = text_starts_nocase(pieces->text, "http://") ||
                                     text_starts_nocase(pieces->text, "https://")};
    return true;
}

/* Tracking numbers hardly ever need it, so the buffer is hardly ever made. */
static const char *percent_encoded(const char *text, struct arena *scratch)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    AUTO(buf_done) struct buf buf = {0};

    if (!text || !text[strspn(text, plain)])
        return text;
    url_put(&buf, text);
    return arena_text(scratch, buf_str(&buf));
}

static const char *piece_text(const struct phrase *phrase, const struct piece *piece,
                              const struct subject *subject, struct arena *scratch)
{
    const char *text = piece->text;

    if (!text) {
        text = operand_text(&piece->operand, subject, scratch);
        if (phrase->is_url)
            text = percent_encoded(text, scratch);
    }
    return text ? text : "";
}

const char *phrase_text(const struct phrase *phrase, const struct subject *subject,
                        struct arena *scratch)
{
    const char *texts[PHRASE_PIECES_MAX];
    size_t lens[PHRASE_PIECES_MAX], total = 0;
    char *out, *at;

    if (!phrase->pieces)
        return phrase->fixed;
    for (size_t i = 0; i < phrase->len; i++) {
        texts[i] = piece_text(phrase, &phrase->pieces[i], subject, scratch);
        lens[i] = strlen(texts[i]);
        total += lens[i];
    }
    if (phrase->len == 1)
        return text_is_empty(texts[0]) ? NULL : texts[0];
    at = out = arena_bytes(scratch, total + 1);
    for (size_t i = 0; i < phrase->len; i++) {
        memcpy(at, texts[i], lens[i]);
        at += lens[i];
    }
    *at = '\0';
    return text_is_empty(out) ? NULL : text_trim(scratch, out);
}
