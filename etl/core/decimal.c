#include "core/decimal.h"

#include "core/text.h"

bool multiply_fits(int64_t a, int64_t b, int64_t *out)
{
    int64_t product;

    if (__builtin_mul_overflow(a, b, &product) || product == UNSAID)
        return false;
    *out = product;
    return true;
}

struct digits {
    int64_t value;
    unsigned places; /* after the mark, so far */
    bool any, mark, up, sure_down;
};

/* Takes one digit: into the value, or, past the scale, into the decision how to round. */
static bool take_digit(struct digits *d, int digit, unsigned scale)
{
    d->any = true;
    if (d->mark && d->places == scale) {
        if (!d->sure_down)
            d->up = digit >= 5;
        d->sure_down = true;
        return true;
    }
    if (d->mark)
        d->places++;
    return !__builtin_mul_overflow(d->value, 10, &d->value) &&
           !__builtin_add_overflow(d->value, digit, &d->value);
}

static bool scan(const char *text, unsigned scale, struct digits *d)
{
    for (; *text; text++) {
        if (*text >= '0' && *text <= '9') {
            if (!take_digit(d, *text - '0', scale))
                return false;
        } else if ((*text == '.' || *text == ',') && !d->mark) {
            d->mark = true;
        } else {
            return false;
        }
    }
    for (; d->places < scale; d->places++)
        if (__builtin_mul_overflow(d->value, 10, &d->value))
            return false;
    return d->any && !__builtin_add_overflow(d->value, d->up, &d->value);
}

bool decimal_parse(const char *text, unsigned scale, int64_t *out, struct err *err)
{
    struct digits d = {0};
    bool negative = text && *text == '-';

    if (!text || !scan(text + (negative || *text == '+'), scale, &d))
        return err_set(err, ERR_RECORD, "'%.40s' is not a number", text ? text : "");
    *out = negative ? -d.value : d.value;
    return true;
}

bool integer_parse(const char *text, int64_t *out, struct err *err)
{
    const char *digits = text ? text + (*text == '-' || *text == '+') : "";

    if (!text_is_digits(digits))
        return err_set(err, ERR_RECORD, "'%.40s' is not a whole number", text ? text : "");
    return decimal_parse(text, 0, out, err);
}

static int64_t power_of_ten(unsigned places)
{
    int64_t power = 1;

    while (places--)
        power *= 10;
    return power;
}

/* magnitude / 10^scale with `places` digits behind the mark. Zero has no sign. */
static void put_scaled(struct buf *buf, uint64_t magnitude, bool negative, unsigned scale,
                       unsigned places, char mark)
{
    char digits[48];
    size_t at = sizeof digits;

    for (unsigned skip = places; skip < scale; skip++)
        magnitude /= 10;
    negative = negative && magnitude;
    for (unsigned pad = scale; pad < places; pad++)
        digits[--at] = '0';
    for (unsigned i = 0; i < places && i < scale; i++, magnitude /= 10)
        digits[--at] = (char)('0' + magnitude % 10);
    if (places)
        digits[--at] = mark;
    do {
        digits[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude);
    if (negative)
        digits[--at] = '-';
    buf_put(buf, digits + at, sizeof digits - at);
}

void decimal_put(struct buf *buf, int64_t value, unsigned scale, unsigned places_min, char mark)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t rest = magnitude;
    unsigned places = scale;

    for (; places > places_min && rest % 10 == 0; places--)
        rest /= 10;
    put_scaled(buf, magnitude, value < 0, scale, places, mark);
}

void decimal_put_fixed(struct buf *buf, int64_t value, unsigned scale, unsigned places, char mark)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    if (places < scale)
        magnitude += (uint64_t)power_of_ten(scale - places) / 2;
    put_scaled(buf, magnitude, value < 0, scale, places, mark);
}
