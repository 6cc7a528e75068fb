/* csv.h: CSV in and out over libcsv (the only file that includes it). Reading takes comma or
 * semicolon (whichever the header line holds more of), with or without BOM, CRLF or LF, and keeps
 * each row's line number. Writing has two dialects: strict RFC 4180, and `excel-de` (BOM,
 * semicolon, decimal comma). No cell can be run as a formula: one that starts with = + - @ (also
 * behind blanks), TAB or CR gets an apostrophe in front, unless it is a plain number.
 *
 * Errors: ERR_SETUP with line for reading (its files are the operator's); bytes must be valid
 * UTF-8. */
#ifndef TAGWERK_WIRE_CSV_H
#define TAGWERK_WIRE_CSV_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"

struct csv_row {
    const char *const *cells; /* trimmed; "" for empty, never NULL */
    size_t cells_len;
    unsigned line; /* of the row's first byte, 1-based */
};

struct csv_table {
    const char *path;
    struct csv_row header;
    const struct csv_row
        *rows; /* blank rows and rows whose first cell starts with # are left out */
    size_t rows_len;
};

/* `path` is only for messages. (csv_parse is a name of libcsv's.) */
MUST_CHECK bool csv_read(const char *path, const char *bytes, size_t len, struct arena *arena,
                         struct csv_table *out, struct err *err);
MUST_CHECK bool csv_load(const char *path, struct arena *arena, struct csv_table *out,
                         struct err *err);

enum csv_dialect { CSV_RFC4180, CSV_EXCEL_DE }; /* (CSV_STRICT is a name of libcsv's) */

struct csv_out {
    struct buf *buf;
    enum csv_dialect dialect;
    bool row_begun;
};

/* Writes the BOM where the dialect has one. */
struct csv_out csv_begin(struct buf *buf, enum csv_dialect dialect);
void csv_cell(struct csv_out *out, const char *text);   /* NULL: empty */
void csv_cell_int(struct csv_out *out, int64_t number); /* UNSAID: empty */
/* A scaled integer with the dialect's decimal mark. */
void csv_cell_decimal(struct csv_out *out, int64_t value, unsigned scale, unsigned places);
void csv_row_end(struct csv_out *out);

#endif
