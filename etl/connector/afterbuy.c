/* afterbuy.c: Afterbuy's XML interface: one address, one POST per call, HTTP 200 whatever happens.
 * This file holds what all calls share; afterbuy_read.c asks for orders and articles,
 * afterbuy_write.c writes back.
 *
 * What is dangerous there, and how it is met:
 *  - HTTP 200 with <CallStatus>Error: judge reads CallStatus, never the status. Warning is partial
 * success and is read. A 200 that is not <Afterbuy> (a proxy's page) is asked again; after a change
 * it is an unknown outcome.
 *  - UpdateSoldItems answers nothing per order, and with Error nobody knows which orders were
 * changed: hear never says DONE; every order is read back by its id and compared.
 *  - Unknown error codes (the codes for bad credentials and an exhausted allowance are not
 * published): on reads they stop the account with code and both texts; codes that mean our own
 * mistake refuse only the call.
 *  - RangeID may or may not include ValueFrom: pages overlap by one order, and reading stops when a
 * page brings no order id beyond the one it was asked from, so that no answer can keep us in a
 * loop.
 *  - Tags unknown to the Tag Manager vanish silently, and whether tags replace or append is
 * unknown: marks sends the union of what is there and ours, reads back, and refuses with the mend
 * when the tag did not stay.
 *  - An empty element overwrites: what is not to be touched is left out.
 *  - AdditionalInfo may hold the merchant's own words: it is read first and never overwritten
 * unless it is ours.
 *  - SendShippingMail would mail the buyer on every repetition: it is never sent.
 *  - Times are Berlin local time without a zone; the hour that occurs twice makes an article's
 * change look an hour older: that feed overlaps by two hours and leaves the end of its window open.
 *  - Decimals come with comma or dot, booleans as 0, 1, -1 or words, names in changing case:
 * fields.c and tree.h.
 *  - Fulfilment by Amazon (InternalItemType 201, 301, 501) is marked on the item, so that a rule
 * keeps it out.
 *  - Characters that XML forbids break the whole call (error 2): xml_put_text drops them. */
#include "connector/afterbuy.h"

#include "connector/fields.h"
#include "core/text.h"
#include "wire/xml.h"

#define ARTICLE_OVERLAP_S 7200
#define AFTERBUY_PATH "/afterbuy/ABInterface.aspx"

/* ---- building calls ---- */

void afterbuy_begin(struct request *request, const struct account *account, const char *call,
                    bool changes)
{
    request_begin(request, HTTP_POST, call, account, AFTERBUY_PATH);
    request_header(request, "Content-Type", "application/xml; charset=utf-8");
    request->changes = changes;
}

void afterbuy_sold_items(struct request *request, int64_t most, bool hidden)
{
    xml_leaf_int(&request->body, "RequestAllItems", 0);
    xml_leaf_int(&request->body, "MaxSoldItems", most);
    xml_leaf_int(&request->body, "OrderDirection", 0);
    xml_leaf_int(&request->body, "ReturnHiddenItems", hidden);
}

void afterbuy_filter(struct buf *body, const char *name)
{
    xml_open(body, "Filter");
    xml_leaf(body, "FilterName", name);
    xml_open(body, "FilterValues");
}

void afterbuy_filter_end(struct buf *body)
{
    xml_close(body, "FilterValues");
    xml_close(body, "Filter");
}

static void put_date(struct buf *body, const char *element, struct zone *zone, int64_t utc)
{
    xml_open(body, element);
    put_time_de(body, zone, utc);
    xml_close(body, element);
}

void afterbuy_filter_date(struct buf *body, const struct account *account,
                          const struct window *window, const char *date)
{
    afterbuy_filter(body, "DateFilter");
    if (said(window->from_utc))
        put_date(body, "DateFrom", account->zone, window->from_utc);
    if (said(window->until_utc))
        put_date(body, "DateTo", account->zone, window->until_utc - 1);
    xml_leaf(body, "FilterValue", date);
    afterbuy_filter_end(body);
}

void afterbuy_range(struct buf *body, const char *from)
{
    if (!from)
        return;
    afterbuy_filter(body, "RangeID");
    xml_leaf(body, "ValueFrom", from);
    afterbuy_filter_end(body);
}

/* ---- reading what all answers have ---- */

const struct node *afterbuy_first_order(const struct response *response)
{
    return node_first(node_at(response->root, "Result.Orders"), "Order");
}

static int64_t number_of(const char *text)
{
    struct err ignored;
    int64_t number;

    return value_read(AS_INT, text, NULL, &number, &ignored) ? number : UNSAID;
}

const char *afterbuy_next_page(const struct response *response, const char *from)
{
    const struct node *result = node_at(response->root, "Result");
    int64_t last = number_of(node_text(result, "LastOrderID"));
    int64_t asked_from = number_of(from);

    if (number_of(node_text(result, "HasMoreItems")) != 1)
        return NULL;
    if (!said(last))
        for (const struct node *order = afterbuy_first_order(response); order;
             order = node_next(order))
            if (number_of(node_text(order, "OrderID")) > last)
                last = number_of(node_text(order, "OrderID"));
    if (!said(last) || (said(asked_from) && last <= asked_from))
        return NULL;
    return arena_format(response->arena, "%lld", (long long)last);
}

/* ---- signing ---- */

static bool put_credentials(const struct account *account, struct buf *out, struct err *err)
{
    static const struct {
        const char *option, *element;
    } tokens[] = {{"partner_token", "PartnerToken"}, {"account_token", "AccountToken"}},
      legacy[] = {{"partner_id", "PartnerID"},
                  {"partner_password", "PartnerPassword"},
                  {"user_id", "UserID"},
                  {"user_password", "UserPassword"}};
    const struct settings *settings = &account->settings;
    bool has_tokens =
        settings_text(settings, "partner_token") && settings_text(settings, "account_token");

    for (size_t i = 0; has_tokens && i < ARRAY_LEN(tokens); i++)
        xml_leaf(out, tokens[i].element, settings_text(settings, tokens[i].option));
    for (size_t i = 0; !has_tokens && i < ARRAY_LEN(legacy); i++) {
        if (!settings_text(settings, legacy[i].option))
            return err_set(err, ERR_SYSTEM,
                           "account %s: credentials are incomplete: set partner_token and "
                           "account_token, or all of "
                           "partner_id, partner_password, user_id and user_password",
                           account->name);
        xml_leaf(out, legacy[i].element, settings_text(settings, legacy[i].option));
    }
    return true;
}

/* Wraps the body: what was written so far follows AfterbuyGlobal. */
static bool sign(const struct account *account, struct request *request, struct err *err)
{
    AUTO(buf_done) struct buf whole = {.max = request->body.max};
    struct buf bare = request->body;

    buf_text(&whole, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Request><AfterbuyGlobal>");
    if (!put_credentials(account, &whole, err))
        return false;
    xml_leaf(&whole, "CallName", request->call);
    xml_leaf_int(&whole, "DetailLevel", 0);
    xml_leaf(&whole, "ErrorLanguage", "DE");
    xml_close(&whole, "AfterbuyGlobal");
    buf_put(&whole, buf_str(&bare), bare.len);
    xml_close(&whole, "Request");
    whole.over = whole.over || bare.over;
    request->body = whole;
    whole = bare;
    return true;
}

/* ---- judging ---- */

struct known_error {
    const char *code;
    const char *meaning;
};

/* Errors that are our own mistake in this one call: the account is sound. */
static const struct known_error own_mistakes[] = {
    {"2", "Afterbuy could not parse the request"},
    {"12", "Afterbuy does not know the call"},
    {"27", "the shipping cost could not be determined"},
    {"30", "no valid filter was given"},
    {"37", "no text was given"},
    {"75", "too many objects in one call"},
};

static const char *own_mistake(const char *code)
{
    for (size_t i = 0; i < ARRAY_LEN(own_mistakes); i++)
        if (text_same(own_mistakes[i].code, code))
            return own_mistakes[i].meaning;
    return NULL;
}

static enum err_kind judge_error(const struct request *request, const struct node *root,
                                 struct err *err)
{
    AUTO(buf_done) struct buf remark = {0};
    const struct node *first = node_at(root, "Result.ErrorList.Error");
    const char *code = node_text(first, "ErrorCode");
    const char *text = node_text(first, "ErrorDescription");
    const char *longer = node_text(first, "ErrorLongDescription");
    const char *mistake = own_mistake(code);
    enum err_kind kind = mistake ? ERR_RECORD : ERR_SYSTEM;

    if (text_is_empty(longer) || !text_starts_nocase(longer, text ? text : "")) {
        remark_put(&remark, text);
        buf_text(&remark, text_is_empty(longer) ? "" : " / ");
    }
    remark_put(&remark, longer);
    (void)err_set(err, kind, "Afterbuy refused %s with error %s: %s%s", request->call,
                  code ? code : "?", buf_str(&remark),
                  mistake ? ""
                          : " (check the account's credentials and its daily allowance of calls; "
                            "`tagwerk doctor`)");
    return kind;
}

/* An empty page that claims to be followed by more is no end: what it left out would be missed. */
static bool hides_its_page(const struct response *response, struct err *err)
{
    if (number_of(node_text(response->root, "Result.HasMoreItems")) != 1 ||
        afterbuy_first_order(response))
        return false;
    (void)err_set(err, ERR_RETRY, "Afterbuy says that there are more orders, but shows none");
    return true;
}

static enum err_kind judge(const struct account *account, const struct request *request,
                           const struct response *response, struct err *err)
{
    const char *status = node_text(response->root, "CallStatus");
    enum err_kind kind = judge_status(response, err);

    (void)account;
    if (kind == ERR_RECORD && request->changes)
        return ERR_NONE; /* not Afterbuy's word, which is always 200, and about no order */
    if (kind != ERR_NONE)
        return kind;
    if (text_same_nocase(status, "Success") || text_same_nocase(status, "Warning"))
        return hides_its_page(response, err) ? ERR_RETRY : ERR_NONE;
    if (request->changes)
        return ERR_NONE; /* hear leaves every order in doubt, and reading back tells */
    if (text_same_nocase(status, "Error"))
        return judge_error(request, response->root, err);
    (void)err_set(err, ERR_RETRY, "%s: the answer is not Afterbuy's", request->call);
    return ERR_RETRY;
}

/* ---- doctor ---- */

static bool clock_ask(const struct account *account, const char *tag, struct request *out,
                      struct err *err)
{
    (void)tag;
    (void)err;
    afterbuy_begin(out, account, "GetAfterbuyTime", false);
    return true;
}

static bool clock_tell(const struct account *account, const char *tag,
                       const struct response *response, struct findings *out, struct err *err)
{
    const char *text = node_text(response->root, "Result.AfterbuyUniversalTimeStamp");

    (void)account;
    (void)tag;
    if (!value_read(AS_TIME_LOCAL, text, NULL, &out->server_utc, err))
        return err_wrap(err, "GetAfterbuyTime");
    findings_add(out, FINDING_GOOD, "reachable, credentials are accepted", NULL);
    return true;
}

static bool tag_ask(const struct account *account, const char *tag, struct request *out,
                    struct err *err)
{
    if (text_is_empty(tag)) {
        *err = (struct err){0};
        return false;
    }
    afterbuy_begin(out, account, "GetSoldItems", false);
    afterbuy_sold_items(out, 1, true);
    xml_open(&out->body, "DataFilter");
    afterbuy_filter(&out->body, "Tag");
    xml_leaf(&out->body, "FilterValue", tag);
    afterbuy_filter_end(&out->body);
    xml_close(&out->body, "DataFilter");
    return true;
}

static bool carries(const struct node *order, const char *tag, struct arena *arena)
{
    struct texts tags = afterbuy_tags(order, arena);

    for (size_t i = 0; i < tags.len; i++)
        if (text_same_nocase(tags.list[i], tag))
            return true;
    return false;
}

static bool tag_tell(const struct account *account, const char *tag,
                     const struct response *response, struct findings *out, struct err *err)
{
    const struct node *order = afterbuy_first_order(response);

    (void)account;
    (void)err;
    while (order && !carries(order, tag, out->arena))
        order = node_next(order);
    if (order)
        findings_add(out, FINDING_GOOD, arena_format(out->arena, "the tag '%s' is in use", tag),
                     NULL);
    else
        findings_add(out, FINDING_WARN,
                     arena_format(out->arena,
                                  "no order carries the tag '%s' yet, so whether Afterbuy knows it "
                                  "cannot be told",
                                  tag),
                     "make sure that it exists in Afterbuy's Tag Manager: unknown tags are dropped "
                     "there without a word");
    return true;
}

/* ---- the table ---- */

static const char *const order_veil[] = {"PaymentData", NULL}; /* bank data: never on our disk */

static const struct feed feeds[] = {
    {.kind = KIND_ORDERS,
     .ask = afterbuy_orders_ask,
     .read = afterbuy_orders_read,
     .span = SPAN_DAYS,
     .veil = order_veil},
    {.kind = KIND_ARTICLES,
     .ask = afterbuy_articles_ask,
     .read = afterbuy_articles_read,
     .span = SPAN_ALL,
     .overlap_s = ARTICLE_OVERLAP_S},
    {0},
};

static const struct probe probes[] = {
    {"credentials and clock", clock_ask, clock_tell},
    {"tag", tag_ask, tag_tell},
    {0},
};

static const struct option options[] = {
    {.name = "partner_token",
     .type = OPTION_SECRET,
     .help = "token of the XML interface (current style)"},
    {.name = "account_token",
     .type = OPTION_SECRET,
     .help = "token of the merchant's account (current style)"},
    {.name = "partner_id", .type = OPTION_TEXT, .help = "number of the interface (older style)"},
    {.name = "partner_password",
     .type = OPTION_SECRET,
     .help = "password of the interface (older style)"},
    {.name = "user_id", .type = OPTION_TEXT, .help = "login of the merchant (older style)"},
    {.name = "user_password",
     .type = OPTION_SECRET,
     .help = "password of the merchant (older style)"},
    {.name = "date",
     .type = OPTION_CHOICE,
     .fallback = "AuctionEndDate",
     .choices = "AuctionEndDate|FeedbackDate|PayDate|ShippingDate|InvoiceDate|ModDate|XmlDate|"
                "MailDate|ReminderDate",
     .help = "which date of an order decides its day; PayDate leaves unpaid orders out"},
    {.name = "page_size",
     .type = OPTION_INT,
     .fallback = "250",
     .min = 10,
     .max = 250,
     .help = "orders or articles per answer; less where Afterbuy takes too long for one"},
    {.name = "hidden",
     .type = OPTION_BOOL,
     .fallback = "yes",
     .help = "where cancelled_flag is set, also read hidden orders, so that hidden cancellations "
             "are seen"},
    {.name = "cancelled_flag",
     .type = OPTION_INT,
     .min = 1,
     .max = INT32_MAX,
     .help = "id of the marking (UserDefinedFlag) that means cancelled; not set: none does"},
    {.name = "tracking_link_to",
     .type = OPTION_CHOICE,
     .fallback = "none",
     .choices = "none|AdditionalInfo|VorgangsInfo1|VorgangsInfo2|VorgangsInfo3",
     .help = "where the tracking link goes; AdditionalInfo: the link instead of the number"},
    {.name = "currency",
     .type = OPTION_TEXT,
     .fallback = "EUR",
     .help = "currency of the account's prices"},
    {0},
};

const struct connector afterbuy_connector = {
    .name = "afterbuy",
    .title = "Afterbuy",
    .options = options,
    .url = "https://api.afterbuy.de",
    .zone = "Europe/Berlin",
    .format = FORMAT_XML,
    .limits = {.in_flight = 4, .timeout_ms = 90000, .body_max = (size_t)64 << 20},
    .sign = sign,
    .judge = judge,
    .feeds = feeds,
    .sinks = afterbuy_sinks,
    .probes = probes,
};
