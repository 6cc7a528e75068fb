/* billbee_pages.c: how a list is walked. Billbee pages by number over a living set whose order is
 * not documented: a row that leaves the set while we page moves all behind it one place forward,
 * and one of them would slip from the next page to one that was read already. So every page tells
 * how many rows there are; when that is not what the first page said, or when the last page is
 * through and fewer rows were seen, the walk begins anew. Rows that were read twice are harmless.
 *
 * What this cannot see is one row leaving and another coming between two pages. The list of changed
 * orders has a last moment, so nothing comes; an article that is missed so is met by the next run,
 * which reads them all again.
 *
 * A cursor is "LIST WALK PAGE ROWS SEEN". */
#include "connector/billbee.h"

#include "core/decimal.h"
#include "core/text.h"

#define PAGE_SIZE "250" /* the most Billbee gives */
#define WALKS_MAX 5

static int64_t number_or(const char *text, int64_t otherwise)
{
    struct err ignored;
    int64_t number;

    return text && integer_parse(text, &number, &ignored) ? number : otherwise;
}

struct billbee_place billbee_place(const char *cursor, const char *list, struct arena *arena)
{
    struct billbee_place place = {list, 1, 1, UNSAID, 0};
    const char *const *words;
    size_t count;

    if (!cursor)
        return place;
    words = text_split(arena, cursor, ' ', &count);
    place.list = words[0];
    if (count != 5)
        return place;
    place.walk = number_or(words[1], 1);
    place.page = number_or(words[2], 1);
    place.rows = number_or(words[3], UNSAID);
    place.seen = number_or(words[4], 0);
    return place;
}

void billbee_ask_page(const struct billbee_place *place, struct request *out)
{
    request_parameter(out, "page", arena_format(out->arena, "%lld", (long long)place->page));
    request_parameter(out, "pageSize", PAGE_SIZE);
}

static bool walk_anew(const struct billbee_place *place, struct intake *out, struct err *err)
{
    if (place->walk >= WALKS_MAX)
        return err_set(err, ERR_SYSTEM,
                       "the list '%s' changed while it was read, %d times in a row; the next run "
                       "tries again",
                       place->list, WALKS_MAX);
    intake_next(out,
                arena_format(out->arena, "%s %lld 1 - 0", place->list, (long long)place->walk + 1));
    return true;
}

static bool go_on(const struct billbee_place *place, const struct node *paging, int64_t seen,
                  struct intake *out, struct err *err)
{
    int64_t rows = number_or(node_text(paging, "TotalRows"), UNSAID);
    int64_t pages = number_or(node_text(paging, "TotalPages"), UNSAID);

    if (!said(rows) || !said(pages))
        return err_set(err, ERR_SYSTEM, "Billbee's answer does not tell how many pages there are");
    if ((place->page > 1 && rows != place->rows) || (place->page >= pages && seen < rows))
        return walk_anew(place, out, err);
    if (place->page < pages)
        intake_next(out, arena_format(out->arena, "%s %lld %lld %lld %lld", place->list,
                                      (long long)place->walk, (long long)place->page + 1,
                                      (long long)rows, (long long)seen));
    return true;
}

bool billbee_page(const struct billbee_place *place, const struct response *response,
                  struct intake *out, const struct node **first, struct err *err)
{
    const struct node *rows = node_at(response->root, "Data");
    int64_t seen = place->seen;

    if (!rows || rows->type != NODE_LIST)
        return err_set(err, ERR_SYSTEM, "Billbee's answer holds no list");
    *first = node_first(rows, NULL);
    for (const struct node *row = *first; row; row = row->next)
        seen++;
    return go_on(place, node_at(response->root, "Paging"), seen, out, err);
}
