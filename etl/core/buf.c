#include "core/buf.h"

#include "core/arena.h"

#include <inttypes.h>
#include <stdarg.h>

void buf_done(struct buf *buf)
{
    heap_free(buf->data);
    *buf = (struct buf){.max = buf->max};
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->over = false;
    if (buf->data)
        buf->data[0] = '\0';
}

char *buf_room(struct buf *buf, size_t len)
{
    size_t max = buf->max ? buf->max : BUF_MAX;

    if (buf->over || len > max || buf->len > max - len) {
        buf->over = true;
        return NULL;
    }
    if (buf->len + len + 1 > buf->room) {
        size_t room = buf->room ? buf->room : 256;

        while (room < buf->len + len + 1)
            room *= 2;
        buf->data = heap_resize(buf->data, room);
        buf->room = room;
        buf->data[buf->len] = '\0';
    }
    return buf->data + buf->len;
}

void buf_put(struct buf *buf, const void *bytes, size_t len)
{
    char *at = buf_room(buf, len);

    if (!at)
        return;
    if (len)
        memcpy(at, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_text(struct buf *buf, const char *text)
{
    if (text)
        buf_put(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char c)
{
    buf_put(buf, &c, 1);
}

void buf_int(struct buf *buf, int64_t number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (number < 0)
        digits[--at] = '-';
    buf_put(buf, digits + at, sizeof digits - at);
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list args;
    int len;
    char *at;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    at = buf_room(buf, (size_t)len);
    if (!at)
        return;
    va_start(args, format);
    (void)vsnprintf(at, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

const char *buf_str(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

bool buf_whole(const struct buf *buf, const char *what, struct err *err)
{
    if (!buf->over)
        return true;
    return err_set(err, ERR_RECORD, "%s is larger than %zu bytes", what,
                   buf->max ? buf->max : BUF_MAX);
}
