/* clock.h: the one source of time, and civil-date arithmetic without a time zone. Steps and
 * sessions never ask the system: they ask here, so that a test world can own the time. When
 * TAGWERK_CLOCK names a file (8 bytes, native int64, milliseconds since 1970 UTC) that file is the
 * time: sleeping advances it, and every process that maps the same file lives in the same world.
 *
 * Units: _utc seconds since 1970-01-01T00:00:00Z, _ms milliseconds. Zones live in wire/zone.h. */
#ifndef TAGWERK_CORE_CLOCK_H
#define TAGWERK_CORE_CLOCK_H

#include "core/base.h"
#include "core/buf.h"
#include "core/err.h"

/* Opens the world clock when TAGWERK_CLOCK is set. ERR_SETUP when its file is not usable. */
MUST_CHECK bool clock_open(struct err *err);
bool clock_is_world(void);

int64_t clock_utc(void);
int64_t clock_ms(void);
/* Monotonic, for rates and waits; follows the world clock when there is one. */
int64_t clock_steady_ms(void);
void clock_sleep_ms(int64_t ms);

struct civil {
    int year, month, day, hour, minute, second; /* month 1..12, day 1..31 */
};

int64_t civil_days(int year, int month, int day); /* days since 1970-01-01, proleptic Gregorian */
int64_t civil_seconds(const struct civil *civil); /* as if UTC */
struct civil civil_from_seconds(int64_t seconds); /* as if UTC */
bool civil_valid(const struct civil *civil);

/* "2024-06-03T07:12:44Z", with optional fraction, zone "Z", "+02:00", "+0200"; a missing zone is
 * UTC; a blank instead of T is taken. ERR_RECORD otherwise. */
MUST_CHECK bool iso_parse(const char *text, int64_t *out_utc, struct err *err);
void iso_put(struct buf *buf, int64_t utc); /* 2024-06-03T07:12:44Z */
MUST_CHECK bool day_parse(const char *text, int64_t *out_days,
                          struct err *err); /* "2024-06-03": days since 1970 */

#define DAY_TEXT_SIZE 16
/* Writes YYYY-MM-DD. */
const char *day_text(int64_t days, char out[static DAY_TEXT_SIZE]);
#define ISO_TEXT_SIZE 24
const char *iso_text(int64_t utc, char out[static ISO_TEXT_SIZE]);

#endif
