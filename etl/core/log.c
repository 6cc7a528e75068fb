#include "core/log.h"

#include "core/buf.h"
#include "core/clock.h"

#include <stdarg.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)8192)

static enum log_level threshold = LOG_INFO;

void log_level_set(enum log_level level)
{
    threshold = level;
}

/* Control characters become blanks, quotes apostrophes. */
static char harmless(char c)
{
    if (c == '"')
        return '\'';
    if ((unsigned char)c < ' ' || c == 0x7F)
        return ' ';
    return c;
}

/* Bare when it is one plain word, else in quotes. */
static void put_value(struct buf *line, const char *value)
{
    bool plain = *value != '\0';

    for (const char *at = value; *at && plain; at++)
        plain = *at > ' ' && *at < 0x7F && *at != '"' && *at != '=';
    if (plain) {
        buf_text(line, value);
        return;
    }
    buf_char(line, '"');
    for (const char *at = value; *at; at++)
        buf_char(line, harmless(*at));
    buf_char(line, '"');
}

void log_event(enum log_level level, const char *event, ...)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    struct buf line = {.max = LINE_MAX_BYTES - 1};
    const char *key;
    va_list args;

    if (level > threshold)
        return;
    iso_put(&line, clock_utc());
    buf_format(&line, " level=%s event=%s", names[level], event);
    va_start(args, event);
    while ((key = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);

        buf_format(&line, " %s=", key);
        put_value(&line, value ? value : "");
    }
    va_end(args);
    line.max = LINE_MAX_BYTES; /* what is too long is cut, but stays a line */
    line.over = false;
    buf_char(&line, '\n');
    if (write(STDERR_FILENO, buf_str(&line), line.len) < 0)
        threshold = LOG_ERROR; /* nobody listens */
    buf_done(&line);
}
