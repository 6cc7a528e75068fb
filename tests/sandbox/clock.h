/*
 * clock: the one time of the sandbox, and the calendar it is written in.
 *
 * With --clock FILE the time is an int64 in a file that the program under test maps too and
 * advances instead of sleeping; without it, it is the machine's. Nothing in the sandbox that an
 * outsider can see asks any other clock. Waiting (latency, held connections) is real time and
 * lives in hold.
 *
 * Units: _ms milliseconds since 1970 UTC, _s seconds since 1970 UTC, _local the seconds that a
 * wall clock in Berlin would have counted since 1970 (what a German database stores: naive, no
 * zone).
 */
#ifndef SANDBOX_CLOCK_H
#define SANDBOX_CLOCK_H

#include "sandbox/text.h"

/* No date at all; smaller than every date. */
#define CLOCK_NEVER INT64_MIN

struct civil {
    int64_t year;
    int month, day, hour, minute, second;
};

/* Maps the file; false, with a reason on stderr, when it is not 8 bytes that can be read. */
bool clock_open(const char *path);
void clock_close(void);
int64_t clock_ms(void);
int64_t clock_s(void);
int64_t clock_local(void);
/* Milliseconds that only ever grow, for waiting. */
int64_t clock_real_ms(void);

int64_t civil_seconds(struct civil c);
struct civil civil_of(int64_t seconds);
/* 0 is Sunday. */
int civil_weekday(int64_t seconds);
/* CET is UTC+1; CEST is UTC+2 from the last Sunday of March to that of October, 01:00 UTC. */
int64_t berlin_of(int64_t utc_s);
/* The earlier instant when the wall clock shows a time twice. */
int64_t berlin_to_utc(int64_t local);

/* "dd.MM.yyyy HH:mm:ss" or "dd.MM.yyyy"; false for everything else. */
bool german_parse(const char *s, int64_t *local);
void text_german(struct text *t, int64_t local);
void text_german_day(struct text *t, int64_t local);
/* ISO 8601 with an obligatory time; a missing zone means UTC. False when it is not one. */
bool iso_parse(const char *s, int64_t *utc_ms);
/* "yyyy-MM-dd" as the first second of that day in UTC. */
bool iso_day_parse(const char *s, int64_t *utc_s);
void text_iso(struct text *t, int64_t utc_ms);
/* "dd-MM-yyyy HH:mm:ss" without a zone. */
void text_dashed(struct text *t, int64_t local);
/* "Tue, 03 Jun 2025 07:12:44 GMT". */
void text_http_date(struct text *t, int64_t utc_s);

#endif
