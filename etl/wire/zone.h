/* zone.h: time zones, over ICU. Several zones live in one process (Berlin, Pacific). The offset in
 * force is kept with its span, so that a conversion is arithmetic and asks ICU only near a change.
 *
 * The hour that occurs twice in autumn reads as its first, summer-time occurrence; one that spring
 * skips reads as if the clock had not been moved (02:30 becomes 03:30 summer time).
 *
 * Units: _utc seconds. Local times are struct civil.
 * Owns: an ICU calendar per zone, until zone_close. */
#ifndef TAGWERK_WIRE_ZONE_H
#define TAGWERK_WIRE_ZONE_H

#include "core/clock.h"
#include "core/err.h"

struct zone {
    void *calendar;
    char name[64];
    int64_t from_utc, until_utc; /* span in which offset_s holds */
    int64_t offset_s;            /* local = utc + offset */
};

MUST_CHECK bool zone_open(const char *name, struct zone *out,
                          struct err *err); /* ERR_SETUP: no such zone */
void zone_close(struct zone *zone);

struct civil zone_local(struct zone *zone, int64_t utc);
int64_t zone_utc(struct zone *zone, const struct civil *local);

/* The local day (days since 1970-01-01) in which a moment falls; and the moment a local day begins.
 */
int64_t zone_day(struct zone *zone, int64_t utc);
int64_t zone_day_start(struct zone *zone, int64_t day);

#endif
