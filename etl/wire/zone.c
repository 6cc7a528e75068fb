#include "wire/zone.h"

#include "wire/icu.h"

#include <unicode/ucal.h>

#define DAY_S 86400
#define NAME_MAX_LEN 63
/* No clock is ever put back by more than this, so a local time later than this after a change has
 * one meaning. */
#define SHIFT_MAX_S DAY_S
/* Far enough from a local time, read as if it were UTC, to be on the other side of any change close
 * to it. */
#define AROUND_S ((int64_t)36 * 3600)

static bool known_zone(const UChar *name)
{
    UChar canonical[NAME_MAX_LEN + 1];
    UBool is_system = 0;
    UErrorCode status = U_ZERO_ERROR;

    (void)ucal_getCanonicalTimeZoneID(name, -1, canonical, NAME_MAX_LEN + 1, &is_system, &status);
    return U_SUCCESS(status) && is_system;
}

/* Names of zones are ASCII. */
static bool widen(const char *name, UChar out[static NAME_MAX_LEN + 1])
{
    size_t len = strlen(name);

    if (!len || len > NAME_MAX_LEN)
        return false;
    for (size_t i = 0; i <= len; i++)
        out[i] = (unsigned char)name[i];
    return true;
}

bool zone_open(const char *name, struct zone *out, struct err *err)
{
    UChar wide[NAME_MAX_LEN + 1];
    UErrorCode status = U_ZERO_ERROR;
    UCalendar *calendar;

    icu_memory();
    if (!widen(name, wide) || !known_zone(wide))
        return err_set(err, ERR_SETUP,
                       "'%s' is no time zone; write a name of the tz database, such as "
                       "Europe/Berlin",
                       name);
    calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &status);
    if (U_FAILURE(status))
        return err_set(err, ERR_SETUP, "time zone '%s' cannot be opened: %s", name,
                       u_errorName(status));
    *out = (struct zone){.calendar = calendar}; /* an empty span: the first question fills it */
    (void)snprintf(out->name, sizeof out->name, "%s", name);
    return true;
}

void zone_close(struct zone *zone)
{
    if (zone->calendar)
        ucal_close(zone->calendar);
    *zone = (struct zone){0};
}

/* The next change after the calendar's moment, or the last one up to it; `none` when there is no
 * such change. ICU counts milliseconds in a double, which holds them exactly; the number leaves it
 * here. */
static int64_t change_utc(const UCalendar *calendar, UTimeZoneTransitionType type, int64_t none)
{
    UDate at = 0;
    UErrorCode status = U_ZERO_ERROR;

    if (!ucal_getTimeZoneTransitionDate(calendar, type, &at, &status) || U_FAILURE(status))
        return none;
    return (int64_t)(at / 1000);
}

static void look_up(struct zone *zone, int64_t utc)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t offset_ms;

    ucal_setMillis(zone->calendar, (UDate)utc * 1000, &status);
    offset_ms = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &status) +
                ucal_get(zone->calendar, UCAL_DST_OFFSET, &status);
    zone->offset_s = offset_ms / 1000;
    zone->from_utc =
        change_utc(zone->calendar, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, INT64_MIN / 2);
    zone->until_utc = change_utc(zone->calendar, UCAL_TZ_TRANSITION_NEXT, INT64_MAX / 2);
}

static int64_t offset_at(struct zone *zone, int64_t utc)
{
    if (utc < zone->from_utc || utc >= zone->until_utc)
        look_up(zone, utc);
    return zone->offset_s;
}

struct civil zone_local(struct zone *zone, int64_t utc)
{
    return civil_from_seconds(utc + offset_at(zone, utc));
}

/* Near a change: the offset before it is tried first, which picks the first of two equal hours. If
 * neither fits, the hour was skipped, and the offset before it reads it as if the clock had not
 * been moved. */
static int64_t utc_near_change(struct zone *zone, int64_t local_s)
{
    int64_t before = offset_at(zone, local_s - AROUND_S);
    int64_t after = offset_at(zone, local_s + AROUND_S);

    if (offset_at(zone, local_s - before) != before && offset_at(zone, local_s - after) == after)
        return local_s - after;
    return local_s - before;
}

int64_t zone_utc(struct zone *zone, const struct civil *local)
{
    int64_t local_s = civil_seconds(local);
    int64_t utc = local_s - zone->offset_s;

    if (utc >= zone->from_utc + SHIFT_MAX_S && utc < zone->until_utc)
        return utc;
    return utc_near_change(zone, local_s);
}

int64_t zone_day(struct zone *zone, int64_t utc)
{
    int64_t local_s = utc + offset_at(zone, utc);

    return local_s / DAY_S - (local_s % DAY_S < 0);
}

int64_t zone_day_start(struct zone *zone, int64_t day)
{
    struct civil midnight = civil_from_seconds(day * DAY_S);

    return zone_utc(zone, &midnight);
}
