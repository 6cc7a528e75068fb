/* buf.h: the one growing buffer. It knows its ceiling, so that no far side can make us eat memory:
 * what would pass the ceiling is dropped and `over` is set, once and for all, until the next
 * buf_reset.
 *
 * Owns: its bytes. `data` always ends with a NUL that `len` does not count (NULL before the first
 * byte). Errors: sticky `over`; check it once at the end with buf_whole. */
#ifndef TAGWERK_CORE_BUF_H
#define TAGWERK_CORE_BUF_H

#include "core/base.h"
#include "core/err.h"

struct buf {
    char *data;
    size_t len, room, max; /* max 0: BUF_MAX */
    bool over;
};

#define BUF_MAX ((size_t)64 << 20)

void buf_done(struct buf *buf);
void buf_reset(struct buf *buf);
void buf_put(struct buf *buf, const void *bytes, size_t len);
void buf_text(struct buf *buf, const char *text); /* NULL adds nothing */
void buf_char(struct buf *buf, char c);
void buf_int(struct buf *buf, int64_t number);
void buf_format(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* Room for `len` more bytes to be written at data + buf->len by the caller, who then adds to len.
 * NULL when over. */
char *buf_room(struct buf *buf, size_t len);

/* "" for an empty buffer, never NULL. */
const char *buf_str(const struct buf *buf);

/* False with ERR_RECORD when the ceiling was passed. `what` names the content. */
MUST_CHECK bool buf_whole(const struct buf *buf, const char *what, struct err *err);

#endif
