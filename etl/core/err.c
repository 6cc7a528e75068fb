#include "core/err.h"

#include <errno.h>
#include <stdarg.h>

static void PRINTF_LIKE(4, 0)
    fill(struct err *err, enum err_kind kind, const char *code, const char *format, va_list args)
{
    err->kind = kind;
    (void)snprintf(err->code, sizeof err->code, "%s", code);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
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
    char inner[sizeof err->text];
    char front[sizeof err->text];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(front, sizeof front, format, args);
    va_end(args);
    memcpy(inner, err->text, sizeof inner);
    (void)snprintf(err->text, sizeof err->text, "%.290s: %.300s", front, inner);
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
