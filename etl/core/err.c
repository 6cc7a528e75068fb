#include "core/err.h"

#include "core/text.h"

#include <errno.h>
#include <stdarg.h>

/* Callers quote what a far side or a person wrote, and cut it at bytes. What is left must be one
 * line of UTF-8 all the same: it goes into staging lines, logs and reports. */
static void mend(char *text)
{
    size_t len = strlen(text);

    while (len) {
        size_t step = utf8_point_len(text, len);

        if (step == 0)
            *text = '?';
        else if ((unsigned char)*text < ' ' || *text == 0x7F)
            *text = ' ';
        step += step == 0;
        text += step;
        len -= step;
    }
}

static void PRINTF_LIKE(4, 0)
    fill(struct err *err, enum err_kind kind, const char *code, const char *format, va_list args)
{
    err->kind = kind;
    (void)snprintf(err->code, sizeof err->code, "%s", code);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    mend(err->text);
}

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, kind, "", format, args);
    va_end(args);
    return false;
}

bool err_reason(struct err *err, const char *code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(err, ERR_RECORD, code, format, args);
    va_end(args);
    return false;
}

bool err_wrap(struct err *err, const char *format, ...)
{
    char front[sizeof err->text / 2]; /* so that the cause always has room */
    size_t len, kept = strlen(err->text);
    va_list args;

    va_start(args, format);
    (void)vsnprintf(front, sizeof front - 2, format, args);
    va_end(args);
    len = strlen(front);
    front[len++] = ':';
    front[len++] = ' ';
    if (kept > sizeof err->text - 1 - len)
        kept = sizeof err->text - 1 - len;
    memmove(err->text + len, err->text, kept);
    memcpy(err->text, front, len);
    err->text[len + kept] = '\0';
    mend(err->text);
    return false;
}

bool err_errno(struct err *err, enum err_kind kind, const char *format, ...)
{
    char reason[128] = "";
    size_t len;
    int number = errno;
    va_list args;

    va_start(args, format);
    fill(err, kind, "", format, args);
    va_end(args);
    if (strerror_r(number, reason, sizeof reason) != 0)
        (void)snprintf(reason, sizeof reason, "error %d", number);
    len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof err->text - len, ": %s", reason);
    return false;
}
