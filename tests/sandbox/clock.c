#include "sandbox/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const int64_t DAY = 86400, HOUR = 3600;

static int64_t *shared;

bool clock_open(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *map;

    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size < (off_t)sizeof *shared) {
        (void)fprintf(stderr, "sandbox: %s: not a clock of 8 bytes\n", path);
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    map = mmap(NULL, sizeof *shared, PROT_READ, MAP_SHARED, fd, 0);
    (void)close(fd);
    if (map == MAP_FAILED) {
        perror("sandbox: mmap");
        return false;
    }
    shared = map;
    return true;
}

void clock_close(void)
{
    if (shared)
        (void)munmap(shared, sizeof *shared);
    shared = NULL;
}

static int64_t machine_ms(clockid_t which)
{
    struct timespec now;

    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_real_ms(void)
{
    return machine_ms(CLOCK_MONOTONIC);
}

int64_t clock_ms(void)
{
    return shared ? __atomic_load_n(shared, __ATOMIC_SEQ_CST) : machine_ms(CLOCK_REALTIME);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t clock_s(void)
{
    return floor_div(clock_ms(), 1000);
}

int64_t clock_local(void)
{
    return berlin_of(clock_s());
}

/* Days since 1970-01-01; years run from March, so that the leap day is the last of its year. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400);
    int64_t in_era = y - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

int64_t civil_seconds(struct civil c)
{
    return days_of(c.year, c.month, c.day) * DAY + c.hour * HOUR + (int64_t)c.minute * 60 +
           c.second;
}

struct civil civil_of(int64_t seconds)
{
    int64_t days = floor_div(seconds, DAY), rest = seconds - days * DAY;
    int64_t z = days + 719468, era = floor_div(z, 146097), in_era = z - era * 146097;
    int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;
    struct civil c = {.day = (int)(in_year - (153 * m + 2) / 5 + 1),
                      .month = (int)(m < 10 ? m + 3 : m - 9),
                      .hour = (int)(rest / HOUR),
                      .minute = (int)(rest / 60 % 60),
                      .second = (int)(rest % 60)};

    c.year = y + era * 400 + (c.month <= 2);
    return c;
}

int civil_weekday(int64_t seconds)
{
    int64_t days = floor_div(seconds, DAY);

    return (int)(((days + 4) % 7 + 7) % 7);
}

/* 01:00 UTC on the last Sunday of a month with 31 days. */
static int64_t last_sunday(int64_t year, int month)
{
    int64_t last = civil_seconds((struct civil){.year = year, .month = month, .day = 31});

    return last - (int64_t)civil_weekday(last) * DAY + HOUR;
}

int64_t berlin_of(int64_t utc_s)
{
    int64_t year = civil_of(utc_s).year;
    bool summer = utc_s >= last_sunday(year, 3) && utc_s < last_sunday(year, 10);

    return utc_s + (summer ? 2 * HOUR : HOUR);
}

int64_t berlin_to_utc(int64_t local)
{
    int64_t summer = local - 2 * HOUR;

    return berlin_of(summer) == local ? summer : local - HOUR;
}

/* Reads n digits. */
static bool take_digits(const char **s, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (**s < '0' || **s > '9')
            return false;
        *out = *out * 10 + *(*s)++ - '0';
    }
    return true;
}

static bool take_char(const char **s, char c)
{
    if (**s != c)
        return false;
    ++*s;
    return true;
}

static bool take_time(const char **s, struct civil *c)
{
    return take_digits(s, 2, &c->hour) && take_char(s, ':') && take_digits(s, 2, &c->minute) &&
           take_char(s, ':') && take_digits(s, 2, &c->second);
}

/* True when the calendar has this day and the clock this time. */
static bool civil_exists(struct civil c)
{
    struct civil back;

    if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31 || c.hour > 23 || c.minute > 59 ||
        c.second > 59)
        return false;
    back = civil_of(civil_seconds(c));
    return back.day == c.day && back.month == c.month;
}

bool german_parse(const char *s, int64_t *local)
{
    struct civil c = {0};
    int year;

    if (!s || !take_digits(&s, 2, &c.day) || !take_char(&s, '.') || !take_digits(&s, 2, &c.month) ||
        !take_char(&s, '.') || !take_digits(&s, 4, &year))
        return false;
    c.year = year;
    if (*s && (!take_char(&s, ' ') || !take_time(&s, &c) || *s))
        return false;
    if (!civil_exists(c))
        return false;
    *local = civil_seconds(c);
    return true;
}

static bool take_day(const char **s, struct civil *c)
{
    int year;

    if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &c->month) ||
        !take_char(s, '-') || !take_digits(s, 2, &c->day))
        return false;
    c->year = year;
    return true;
}

/* Z, +hh:mm, +hhmm, +hh or nothing. */
static bool take_zone(const char **s, int *minutes)
{
    int sign = **s == '-' ? -1 : 1, hours = 0, rest = 0;

    *minutes = 0;
    if (!**s || take_char(s, 'Z'))
        return true;
    if (!take_char(s, '+') && !take_char(s, '-'))
        return false;
    if (!take_digits(s, 2, &hours))
        return false;
    (void)take_char(s, ':');
    if (**s && !take_digits(s, 2, &rest))
        return false;
    *minutes = sign * (hours * 60 + rest);
    return true;
}

bool iso_parse(const char *s, int64_t *utc_ms)
{
    struct civil c = {0};
    int zone, millis = 0, unit = 100;

    if (!s || !take_day(&s, &c) || (!take_char(&s, 'T') && !take_char(&s, ' ')) ||
        !take_time(&s, &c))
        return false;
    if (take_char(&s, '.')) {
        for (; *s >= '0' && *s <= '9'; s++, unit /= 10)
            millis += (*s - '0') * unit;
    }
    if (!take_zone(&s, &zone) || *s || !civil_exists(c))
        return false;
    *utc_ms = (civil_seconds(c) - (int64_t)zone * 60) * 1000 + millis;
    return true;
}

bool iso_day_parse(const char *s, int64_t *utc_s)
{
    struct civil c = {0};

    if (!s || !take_day(&s, &c) || *s || !civil_exists(c))
        return false;
    *utc_s = civil_seconds(c);
    return true;
}

static void text_time(struct text *t, struct civil c)
{
    text_digits(t, c.hour, 2);
    text_char(t, ':');
    text_digits(t, c.minute, 2);
    text_char(t, ':');
    text_digits(t, c.second, 2);
}

static void text_day(struct text *t, struct civil c, char mark)
{
    text_digits(t, c.day, 2);
    text_char(t, mark);
    text_digits(t, c.month, 2);
    text_char(t, mark);
    text_digits(t, c.year, 4);
}

void text_german_day(struct text *t, int64_t local)
{
    text_day(t, civil_of(local), '.');
}

void text_german(struct text *t, int64_t local)
{
    struct civil c = civil_of(local);

    text_day(t, c, '.');
    text_char(t, ' ');
    text_time(t, c);
}

void text_dashed(struct text *t, int64_t local)
{
    struct civil c = civil_of(local);

    text_day(t, c, '-');
    text_char(t, ' ');
    text_time(t, c);
}

void text_iso(struct text *t, int64_t utc_ms)
{
    struct civil c = civil_of(floor_div(utc_ms, 1000));
    int64_t millis = utc_ms - floor_div(utc_ms, 1000) * 1000;

    text_digits(t, c.year, 4);
    text_char(t, '-');
    text_digits(t, c.month, 2);
    text_char(t, '-');
    text_digits(t, c.day, 2);
    text_char(t, 'T');
    text_time(t, c);
    if (millis) {
        text_char(t, '.');
        text_digits(t, millis, 3);
    }
    text_char(t, 'Z');
}

void text_http_date(struct text *t, int64_t utc_s)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil c = civil_of(utc_s);

    text_add(t, days + (size_t)civil_weekday(utc_s) * 3, 3);
    text_str(t, ", ");
    text_digits(t, c.day, 2);
    text_char(t, ' ');
    text_add(t, months + (size_t)(c.month - 1) * 3, 3);
    text_char(t, ' ');
    text_digits(t, c.year, 4);
    text_char(t, ' ');
    text_time(t, c);
    text_str(t, " GMT");
}
