/* stage.c: the records of a page become lines of in.gz, whether the page has just come or is read
 * anew. */
#include "model/codec.h"
#include "step/step.h"

bool stage_records(struct staging_out *in, const struct intake *intake, int64_t found_utc,
                   struct buf *line, struct err *err)
{
    for (size_t i = 0; i < intake->records_len; i++) {
        struct record *record = intake->records[i];
        struct json_out out;

        if (!said(record->at_utc))
            record->at_utc = found_utc;
        buf_reset(line);
        out = json_begin(line);
        record_put(&out, record, 0);
        if (!buf_whole(line, "a record", err) || !staging_put(in, line->data, line->len, err))
            return false;
    }
    return true;
}
