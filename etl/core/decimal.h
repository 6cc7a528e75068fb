/* decimal.h: fixed-point numbers. Money travels as 1/10000 of the unit (…_e4), weight as grams,
 * length as millimetres; no double anywhere. Parsing takes decimal text of any of our systems,
 * either mark, never exponents.
 *
 * Units: `scale` is the number of decimal places of the integer (money: 4, kilograms in grams: 3).
 * Errors: ERR_RECORD with the text quoted. Digits beyond the scale
 * round half away from zero. */
#ifndef TAGWERK_CORE_DECIMAL_H
#define TAGWERK_CORE_DECIMAL_H

#include "core/base.h"
#include "core/buf.h"
#include "core/err.h"

MUST_CHECK bool decimal_parse(const char *text, unsigned scale, int64_t *out, struct err *err);
MUST_CHECK bool integer_parse(const char *text, int64_t *out, struct err *err);

/* Appends `value` (scaled) with at least `places_min` and at most `scale` places, trailing zeros
 * cut down to the minimum. */
void decimal_put(struct buf *buf, int64_t value, unsigned scale, unsigned places_min, char mark);
/* Appends exactly `places` places, rounding half away from zero. */
void decimal_put_fixed(struct buf *buf, int64_t value, unsigned scale, unsigned places, char mark);

/* a * b, false when it does not fit. */
bool multiply_fits(int64_t a, int64_t b, int64_t *out);

#endif
