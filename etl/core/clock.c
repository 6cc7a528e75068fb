#include "core/clock.h"

#include "core/text.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic int64_t *world_ms; /* the test world's clock, NULL: real time */

bool clock_open(struct err *err)
{
    const char *path = getenv("TAGWERK_CLOCK");
    void *map = MAP_FAILED;
    struct stat st;
    int fd;

    if (!path || world_ms)
        return true;
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, ERR_SETUP, "TAGWERK_CLOCK names %s", path);
    if (fstat(fd, &st) == 0 && st.st_size >= (off_t)sizeof *world_ms)
        map = mmap(NULL, sizeof *world_ms, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (map == MAP_FAILED)
        return err_set(err, ERR_SETUP, "TAGWERK_CLOCK names %s, which is not a file of 8 bytes",
                       path);
    world_ms = map;
    return true;
}

bool clock_is_world(void)
{
    return world_ms != NULL;
}

static int64_t system_ms(clockid_t id)
{
    struct timespec now;

    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_ms(void)
{
    return world_ms ? atomic_load(world_ms) : system_ms(CLOCK_REALTIME);
}

int64_t clock_utc(void)
{
    return clock_ms() / 1000;
}

int64_t clock_steady_ms(void)
{
    return world_ms ? atomic_load(world_ms) : system_ms(CLOCK_MONOTONIC);
}

void clock_sleep_ms(int64_t ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    if (ms <= 0)
        return;
    if (world_ms)
        atomic_fetch_add(world_ms, ms);
    else
        (void)nanosleep(&span, NULL);
}

int64_t civil_days(int year, int month, int day)
{
    /* Years begin in March here, so that the leap day is the last one; eras have 400 years. */
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

int64_t civil_seconds(const struct civil *civil)
{
    int64_t minutes = INT64_C(60) * civil->hour + civil->minute;

    return civil_days(civil->year, civil->month, civil->day) * 86400 + minutes * 60 + civil->second;
}

struct civil civil_from_seconds(int64_t seconds)
{
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t rest = seconds - days * 86400;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);

    return (struct civil){.year = (int)(year_of_era + era * 400 + (month <= 2)),
                          .month = month,
                          .day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1),
                          .hour = (int)(rest / 3600),
                          .minute = (int)(rest / 60 % 60),
                          .second = (int)(rest % 60)};
}

bool civil_valid(const struct civil *civil)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (civil->year % 4 == 0 && civil->year % 100 != 0) || civil->year % 400 == 0;

    return civil->year >= 1 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12 &&
           civil->day >= 1 &&
           civil->day <= lengths[civil->month - 1] + (leap && civil->month == 2) &&
           civil->hour >= 0 && civil->hour <= 23 && civil->minute >= 0 && civil->minute <= 59 &&
           civil->second >= 0 && civil->second <= 59;
}

/* Reads exactly `digits` digits and moves on. */
static bool number_at(const char **at, int digits, int *out)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return false;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += digits;
    *out = value;
    return true;
}

static bool mark_at(const char **at, const char *marks)
{
    if (!**at || !strchr(marks, **at))
        return false;
    ++*at;
    return true;
}

static bool date_at(const char **at, struct civil *out)
{
    return number_at(at, 4, &out->year) && mark_at(at, "-") && number_at(at, 2, &out->month) &&
           mark_at(at, "-") && number_at(at, 2, &out->day);
}

static bool time_at(const char **at, struct civil *out)
{
    if (!number_at(at, 2, &out->hour) || !mark_at(at, ":") || !number_at(at, 2, &out->minute))
        return false;
    if (mark_at(at, ":") && !number_at(at, 2, &out->second))
        return false;
    if (mark_at(at, ".,")) {
        size_t digits = strspn(*at, "0123456789");

        *at += digits;
        return digits > 0;
    }
    return true;
}

static bool offset_at(const char **at, int64_t *out_s)
{
    int hours = 0, minutes = 0;
    bool west = **at == '-', colon;

    *out_s = 0;
    if (!**at || mark_at(at, "Zz"))
        return true;
    if (!mark_at(at, "+-") || !number_at(at, 2, &hours))
        return false;
    colon = mark_at(at, ":");
    if ((colon || **at) && !number_at(at, 2, &minutes))
        return false;
    if (hours > 23 || minutes > 59)
        return false;
    *out_s = INT64_C(60) * (60 * hours + minutes) * (west ? -1 : 1);
    return true;
}

bool iso_parse(const char *text, int64_t *out_utc, struct err *err)
{
    struct civil civil = {0};
    const char *at = text ? text : "";
    int64_t offset_s = 0;
    bool good = date_at(&at, &civil);

    if (good && mark_at(&at, "T t"))
        good = time_at(&at, &civil) && offset_at(&at, &offset_s);
    if (!good || *at || !civil_valid(&civil))
        return err_set(err, ERR_RECORD, "'%.40s' is not an ISO 8601 time", text ? text : "");
    *out_utc = civil_seconds(&civil) - offset_s;
    return true;
}

/* The last digits of a number and the mark behind them. By hand: a report has three times a row. */
static char *put_digits(char *at, int number, unsigned digits, char mark)
{
    unsigned rest = (unsigned)number;

    for (unsigned i = digits; i-- > 0; rest /= 10)
        at[i] = (char)('0' + rest % 10);
    at[digits] = mark;
    return at + digits + 1;
}

static char *put_date(char *at, const struct civil *civil, char mark)
{
    at = put_digits(at, civil->year, 4, '-');
    at = put_digits(at, civil->month, 2, '-');
    return put_digits(at, civil->day, 2, mark);
}

const char *iso_text(int64_t utc, char out[static ISO_TEXT_SIZE])
{
    struct civil civil = civil_from_seconds(utc);
    char *at = put_date(out, &civil, 'T');

    at = put_digits(at, civil.hour, 2, ':');
    at = put_digits(at, civil.minute, 2, ':');
    at = put_digits(at, civil.second, 2, 'Z');
    *at = '\0';
    return out;
}

void iso_put(struct buf *buf, int64_t utc)
{
    char text[ISO_TEXT_SIZE];

    buf_text(buf, iso_text(utc, text));
}

bool day_parse(const char *text, int64_t *out_days, struct err *err)
{
    struct civil civil = {0};
    const char *at = text ? text : "";

    if (!date_at(&at, &civil) || *at || !civil_valid(&civil))
        return err_set(err, ERR_SETUP, "'%.40s' is not a day; write it as 2024-06-03",
                       text ? text : "");
    *out_days = civil_days(civil.year, civil.month, civil.day);
    return true;
}

const char *day_text(int64_t days, char out[static DAY_TEXT_SIZE])
{
    struct civil civil = civil_from_seconds(days * 86400);

    (void)put_date(out, &civil, '\0');
    return out;
}
