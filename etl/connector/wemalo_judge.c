/* wemalo_judge.c: what an answer of wemalo's says: its status, the lists and words that all answers
 * have, and what an answer that is no success means: the order's fault, the moment's, or the
 * account's. */
#include "connector/wemalo.h"

#include "connector/fields.h"
#include "core/text.h"

/* ---- what all answers have ---- */

static bool is_2xx(int64_t status)
{
    return status >= 200 && status < 300;
}

/* "Not found" is documented under 400, and seen under 404. */
static bool says_not_found(const struct response *response)
{
    return text_same_nocase(node_text(response->root, "externalId"), "NOT_FOUND") ||
           text_same_nocase(node_text(response->root, "extId"), "NOT_FOUND");
}

/* The one answer that is documented without an envelope. */
static bool is_list_of_articles(const struct response *response)
{
    const struct node *products = node_at(response->root, "products");

    return products && products->type == NODE_LIST && is_2xx(response->status);
}

int wemalo_status(const struct response *response)
{
    const char *success = node_text(response->root, "Success");
    struct err ignored;
    int64_t status;

    if (!value_read(AS_INT, node_text(response->root, "status"), NULL, &status, &ignored))
        status = UNSAID;
    if (!said(status) && !success)
        return is_list_of_articles(response) ? 200 : WEMALO_SILENT;
    if (!said(status))
        status = response->status;
    if (is_2xx(status) && (!is_2xx(response->status) || text_same(success, "false")))
        return WEMALO_CONTRADICTS;
    if (status == 400 && says_not_found(response))
        return WEMALO_UNKNOWN;
    return status >= 100 && status < 600 ? (int)status : WEMALO_CONTRADICTS;
}

bool wemalo_is_good(const struct response *response)
{
    return is_2xx(wemalo_status(response));
}

bool wemalo_list(const struct response *response, const char *name, const struct node **first,
                 struct err *err)
{
    const struct node *list = node_at(response->root, name);

    if (!list || list->type != NODE_LIST)
        return err_set(err, ERR_SYSTEM, "wemalo's answer has no list '%s'", name);
    *first = node_first(list, NULL);
    return true;
}

const char *wemalo_status_name(const struct response *response)
{
    const char *name = node_text(response->root, "statusName");

    return text_is_empty(name) ? node_text(response->root, "orderStatus") : name;
}

/* ---- judging ---- */

struct verdict_by_status {
    int status;
    const char *call; /* only for this call; NULL: for all */
    enum err_kind kind;
    const char *code; /* reason of a refusal; NULL: the general one */
    const char *mend;
};

#define NO_SUCH_ARTICLE "an article of the order is not known there; `tagwerk explain` that article"

/* The first row that fits. What no row names: ERR_RECORD. */
static const struct verdict_by_status by_status[] = {
    {401, NULL, ERR_SYSTEM, NULL, "check the account's token"},
    {403, NULL, ERR_SYSTEM, NULL, "the token does not allow this call"},
    {408, NULL, ERR_RETRY, NULL, NULL},
    {419, NULL, ERR_RETRY, NULL, "too many calls"},
    {429, NULL, ERR_RETRY, NULL, "too many calls"},
    {WEMALO_UNKNOWN, WEMALO_STATUS, ERR_NONE, NULL, NULL},
    {WEMALO_UNKNOWN, WEMALO_ADD, ERR_RECORD, "unknown-article", NO_SUCH_ARTICLE},
    {WEMALO_UNKNOWN, WEMALO_ADD_CONDITIONAL, ERR_RECORD, "unknown-article", NO_SUCH_ARTICLE},
};

static const struct verdict_by_status *row_for(const struct request *request, int status)
{
    for (size_t i = 0; i < ARRAY_LEN(by_status); i++)
        if (by_status[i].status == status &&
            (!by_status[i].call || text_same(by_status[i].call, request->call)))
            return &by_status[i];
    return NULL;
}

/* How errors are worded is not documented: every place that may hold a word. */
static void put_message(struct buf *out, const struct node *root)
{
    static const char *const places[] = {"message", "error",    "missingParameter",
                                         "extId",   "quantity", "serialNumber"};

    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const char *text = node_text(root, places[i]);

        if (text_is_empty(text))
            continue;
        buf_format(out, ": %s ", places[i]);
        remark_put(out, text);
    }
}

static enum err_kind judge_failure(const struct request *request, const struct response *response,
                                   int status, struct err *err)
{
    AUTO(buf_done) struct buf message = {0};
    const struct verdict_by_status *row = row_for(request, status);
    enum err_kind kind = row ? row->kind : status >= 500 ? ERR_RETRY : ERR_RECORD;
    const char *mend = row ? row->mend : NULL;

    put_message(&message, response->root);
    (void)err_reason(err, row && row->code ? row->code : "refused-by-target",
                     "wemalo answered %s with %d%s%s%s%s", request->call, status, buf_str(&message),
                     mend ? " (" : "", mend ? mend : "", mend ? ")" : "");
    err->kind = kind;
    return kind;
}

/* An answer that is none of wemalo's: a proxy's page, or a wrong address. Its HTTP status may still
 * say enough, but never that an order is not there. */
static enum err_kind judge_silence(const struct request *request, const struct response *response,
                                   struct err *err)
{
    int status = response->status;
    enum err_kind kind = judge_status(response, err);

    if (status != WEMALO_UNKNOWN && row_for(request, status))
        return judge_failure(request, response, status, err);
    if (kind == ERR_NONE && request->changes)
        return ERR_NONE;
    if (status == WEMALO_UNKNOWN)
        kind = ERR_SYSTEM;
    else if (kind == ERR_NONE)
        kind = ERR_RETRY;
    (void)err_set(err, kind,
                  "%s: the answer is not wemalo's (status %d); is the account's url right?",
                  request->call, status);
    return kind;
}

/* What a change answers is heard, where it may have been done all the same; getStatus then tells.
 */
static bool is_for_hear(const struct request *request, int status)
{
    if (!request->changes)
        return false;
    return status == WEMALO_CONTRADICTS || status >= 500 ||
           (text_same(request->call, WEMALO_CANCEL) && !row_for(request, status));
}

enum err_kind wemalo_judge(const struct account *account, const struct request *request,
                           const struct response *response, struct err *err)
{
    int status = wemalo_status(response);

    (void)account;
    if (is_2xx(status))
        return ERR_NONE;
    if (status == WEMALO_SILENT)
        return judge_silence(request, response, err);
    if (is_for_hear(request, status))
        return ERR_NONE;
    if (status != WEMALO_CONTRADICTS)
        return judge_failure(request, response, status, err);
    (void)err_set(err, ERR_RETRY, "%s: the answer says both success and failure", request->call);
    return ERR_RETRY;
}
