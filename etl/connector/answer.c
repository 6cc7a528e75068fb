/* answer.c: from an answer's bytes to the records in it, for every system alike: above all, what
 * bytes that are not UTF-8 may cost. In a feed's page that is one record, which is kept with its
 * flaw; anywhere else they refuse the answer, for what cannot be read is not known to be absent. */
#include "connector/connector.h"

#include "connector/fields.h"
#include "core/text.h"
#include "wire/json.h"
#include "wire/xml.h"

#include <assert.h>

/* ---- parsing ---- */

static bool parse(enum format format, const char *bytes, size_t len, struct arena *arena,
                  const struct node **out, struct err *err)
{
    return format == FORMAT_XML ? xml_parse(bytes, len, arena, out, err)
                                : json_parse(bytes, len, arena, out, err);
}

/* Its damaged texts; SIZE_MAX when a name is damaged: what it names would be missed. */
static size_t damage_in(const struct node *node)
{
    size_t count = text_is_damaged(node->text);

    if (text_is_damaged(node->name))
        return SIZE_MAX;
    for (const struct node *child = node->child; child; child = child->next) {
        size_t below = damage_in(child);

        if (below == SIZE_MAX)
            return below;
        count += below;
    }
    return count;
}

bool answer_parse(enum format format, const char *bytes, size_t len, struct arena *arena,
                  const struct node **out, size_t *damaged, struct err *err)
{
    AUTO(buf_done) struct buf mended = {0};
    struct arena_mark mark = arena_mark(arena);
    size_t count = 0;
    bool parsed = parse(format, bytes, len, arena, out, err);
    bool mendable = !parsed && damaged && !utf8_valid(bytes, len) &&
                    (format != FORMAT_XML || xml_is_utf8(bytes, len));

    if (mendable) {
        arena_rewind(arena, mark);
        utf8_mend(bytes, len, &mended);
        parsed = buf_whole(&mended, "the mended answer", err) &&
                 parse(format, buf_str(&mended), mended.len, arena, out, err);
        count = parsed ? damage_in(*out) : 0;
    }
    if (count == SIZE_MAX)
        return err_set(err, ERR_RECORD, "a name in it holds bytes that are not UTF-8");
    if (parsed && damaged)
        *damaged = count;
    return parsed;
}

/* ---- records ---- */

/* The bytes are the cause, whatever else went wrong because of them. */
static void note_damage(struct record *record, const char *where, struct arena *arena)
{
    record->flaw = NULL;
    record_flaw(record,
                arena_format(arena,
                             "its text '%.60s' holds bytes that are not UTF-8: enter it anew at "
                             "the source; for three days it is read again",
                             where),
                arena);
    record->flaw_code = FLAW_DAMAGED;
}

static const char *damaged_name(const struct node *node)
{
    const char *name = text_is_damaged(node->text) ? node->name ? node->name : "" : NULL;

    for (const struct node *child = node->child; child && !name; child = child->next)
        name = damaged_name(child);
    return name;
}

/* A text may be damaged at the source, long before it came here. What a mended page damaged counts
 * even where no field of the record holds it: it may have decided one. */
void intake_hold(struct intake *intake, struct record *record, const struct node *entry)
{
    size_t count = intake->damaged ? damage_in(entry) : 0;
    const char *field = record_damage(record);

    intake->damaged -= count;
    if (count || field)
        note_damage(record, count ? damaged_name(entry) : field, intake->arena);
}

void intake_add(struct intake *intake, struct record *record, const struct node *entry)
{
    if (intake->records_len == intake->records_room) {
        size_t room = intake->records_room ? 2 * intake->records_room : 64;
        struct record **records = arena_array(intake->arena, room, sizeof(struct record *));

        if (intake->records_len)
            memcpy(records, intake->records, intake->records_len * sizeof(struct record *));
        intake->records = records;
        intake->records_room = room;
    }
    intake_hold(intake, record, entry);
    intake->records[intake->records_len++] = record;
}

void intake_next(struct intake *intake, const char *cursor)
{
    assert(intake->next_len < ARRAY_LEN(intake->next));
    intake->next[intake->next_len++] = cursor;
}

bool feed_read(const struct feed *feed, const struct account *account,
               const struct response *response, const char *cursor, struct intake *intake,
               struct err *err)
{
    intake->damaged = response->damaged;
    if (!feed->read(account, response, cursor, intake, err))
        return false;
    return !intake->damaged ||
           err_set(err, ERR_SYSTEM,
                   "the page holds bytes that are not UTF-8, and not in a record: ask the system's "
                   "operator to mend it; the next run reads it again");
}
