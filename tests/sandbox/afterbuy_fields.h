/*
 * afterbuy_fields: every element an Afterbuy order, item, parcel label or article can have.
 *
 * One row each: id, group, element name, style. The rows stand in the order in which an answer
 * writes them, which is also the order inside a bag. A record has an element when its bag has it:
 * missing, empty and odd values need no further rule.
 *
 * Values are stored as the text that is written: decimals with a comma, dates as dd.MM.yyyy
 * HH:mm:ss in German wall-clock time, booleans as 0 and 1.
 */
#ifndef SANDBOX_AFTERBUY_FIELDS_H
#define SANDBOX_AFTERBUY_FIELDS_H

#include "sandbox/bag.h"

/* How a value is written. */
enum ab_style {
    AS_PLAIN,  /* as it is, with entities */
    AS_TEXT,   /* free text: CDATA or entities */
    AS_MONEY,  /* decimal comma, seldom a dot */
    AS_BOOL,   /* 0, 1 or -1 */
    AS_WORD,   /* False, True, or small letters */
    AS_DATE,   /* empty ones in several ways */
    AS_SECRET, /* stored, filtered by, never written */
    AS_EXTRA,  /* "Name=value": an element nobody has heard of */
    AS_PARTS   /* repeated, parts divided by \x1f; written by the group's own code */
};

/* clang-format off */
#define AB_ORDER_FIELDS(X)                                                                         \
    X(INVOICE_NUMBER, ORDER, "InvoiceNumber", PLAIN)                                               \
    X(ORDER_ID_ALT, ORDER, "OrderIDAlt", PLAIN)                                                    \
    X(EBAY_ACCOUNT, ORDER, "EbayAccount", TEXT)                                                    \
    X(AMAZON_ACCOUNT, ORDER, "AmazonAccount", TEXT)                                                \
    X(ANR, ORDER, "Anr", PLAIN)                                                                    \
    X(ALT_NUMBER, ORDER, "AlternativeItemNumber1", TEXT)                                           \
    X(FEEDBACK_DATE, ORDER, "FeedbackDate", DATE)                                                  \
    X(ORDER_DATE, ORDER, "OrderDate", DATE)                                                        \
    X(USER_COMMENT, ORDER, "UserComment", TEXT)                                                    \
    X(ADDITIONAL_INFO, ORDER, "AdditionalInfo", TEXT)                                              \
    X(TRACKING_LINK, ORDER, "TrackingLink", TEXT)                                                  \
    X(MEMO, ORDER, "Memo", TEXT)                                                                   \
    X(INVOICE_MEMO, ORDER, "InvoiceMemo", TEXT)                                                    \
    X(FEEDBACK_LINK, ORDER, "FeedbackLink", TEXT)                                                  \
    X(CONFIRMED, ORDER, "IsCheckoutConfirmedByCustomer", BOOL)                                     \
    X(EBAY_PLUS, ORDER, "ContainseBayPlusTransaction", WORD)                                       \
    X(MAIL_DATE, ORDER, "MailDate", SECRET)                                                        \
    X(REMINDER_MAIL_DATE, ORDER, "ReminderMailDate", SECRET)                                       \
    X(REMINDER1_DATE, ORDER, "Reminder1Date", SECRET)                                              \
    X(REMINDER2_DATE, ORDER, "Reminder2Date", SECRET)                                              \
    X(EXPORTED, ORDER, "OrderExported", SECRET)                                                    \
    X(VID, ORDER, "VID", SECRET)                                                                   \
    X(ORDER_EXTRA, ORDER, "", EXTRA)                                                               \
    X(PAY_ID, PAYMENT, "PaymentID", PLAIN)                                                         \
    X(PAY_METHOD, PAYMENT, "PaymentMethod", TEXT)                                                  \
    X(PAY_FUNCTION, PAYMENT, "PaymentFunction", PLAIN)                                             \
    X(PAY_TRANSACTION, PAYMENT, "PaymentTransactionID", TEXT)                                      \
    X(PAY_STATUS, PAYMENT, "PaymentStatus", TEXT)                                                  \
    X(PAY_DATE, PAYMENT, "PaymentDate", DATE)                                                      \
    X(ALREADY_PAID, PAYMENT, "AlreadyPaid", MONEY)                                                 \
    X(FULL_AMOUNT, PAYMENT, "FullAmount", MONEY)                                                   \
    X(PAY_INSTRUCTION, PAYMENT, "PaymentInstruction", TEXT)                                        \
    X(PAY_SURCHARGE, PAYMENT, "PaymentAdditionalCost", SECRET)                                     \
    X(INVOICE_DATE, PAYMENT, "InvoiceDate", DATE)                                                  \
    X(EFT_ID, PAYMENT, "EFTID", PLAIN)                                                             \
    X(BANK_CODE, BANK, "BankCode", PLAIN)                                                          \
    X(BANK_HOLDER, BANK, "AccountHolder", TEXT)                                                    \
    X(BANK_NAME, BANK, "BankName", TEXT)                                                           \
    X(BANK_NUMBER, BANK, "AccountNumber", PLAIN)                                                   \
    X(BANK_IBAN, BANK, "Iban", PLAIN)                                                              \
    X(BANK_BIC, BANK, "Bic", PLAIN)                                                                \
    X(BANK_REFERENCE, BANK, "ReferenceNumber", PLAIN)                                              \
    X(B_USER_ID, BILLING, "AfterbuyUserID", PLAIN)                                                 \
    X(B_PLATFORM_USER, BILLING, "UserIDPlattform", TEXT)                                           \
    X(B_FIRST_NAME, BILLING, "FirstName", TEXT)                                                    \
    X(B_LAST_NAME, BILLING, "LastName", TEXT)                                                      \
    X(B_TITLE, BILLING, "Title", TEXT)                                                             \
    X(B_COMPANY, BILLING, "Company", TEXT)                                                         \
    X(B_STREET, BILLING, "Street", TEXT)                                                           \
    X(B_STREET2, BILLING, "Street2", TEXT)                                                         \
    X(B_POSTAL_CODE, BILLING, "PostalCode", TEXT)                                                  \
    X(B_CITY, BILLING, "City", TEXT)                                                               \
    X(B_STATE, BILLING, "StateOrProvince", TEXT)                                                   \
    X(B_COUNTRY, BILLING, "Country", PLAIN)                                                        \
    X(B_COUNTRY_ISO, BILLING, "CountryISO", PLAIN)                                                 \
    X(B_PHONE, BILLING, "Phone", TEXT)                                                             \
    X(B_FAX, BILLING, "Fax", TEXT)                                                                 \
    X(B_MAIL, BILLING, "Mail", TEXT)                                                               \
    X(B_MERCHANT, BILLING, "IsMerchant", BOOL)                                                     \
    X(B_TAX_ID, BILLING, "TaxIDNumber", TEXT)                                                      \
    X(S_FIRST_NAME, ADDRESS, "FirstName", TEXT)                                                    \
    X(S_LAST_NAME, ADDRESS, "LastName", TEXT)                                                      \
    X(S_COMPANY, ADDRESS, "Company", TEXT)                                                         \
    X(S_STREET, ADDRESS, "Street", TEXT)                                                           \
    X(S_STREET2, ADDRESS, "Street2", TEXT)                                                         \
    X(S_POSTAL_CODE, ADDRESS, "PostalCode", TEXT)                                                  \
    X(S_CITY, ADDRESS, "City", TEXT)                                                               \
    X(S_STATE, ADDRESS, "StateOrProvince", TEXT)                                                   \
    X(S_PHONE, ADDRESS, "Phone", TEXT)                                                             \
    X(S_COUNTRY, ADDRESS, "Country", PLAIN)                                                        \
    X(S_COUNTRY_ISO, ADDRESS, "CountryISO", PLAIN)                                                 \
    X(S_TAX_ID, ADDRESS, "TaxIDNumber", TEXT)                                                      \
    X(SHIP_METHOD, SHIPPING, "ShippingMethod", TEXT)                                               \
    X(SHIP_RETURN, SHIPPING, "ShippingReturnMethod", TEXT)                                         \
    X(SHIP_GROUP, SHIPPING, "ShippingGroup", SECRET)                                               \
    X(DELIVERY_SERVICE, SHIPPING, "DeliveryService", TEXT)                                         \
    X(SHIP_COST, SHIPPING, "ShippingCost", MONEY)                                                  \
    X(SHIP_MORE_COST, SHIPPING, "ShippingAdditionalCost", MONEY)                                   \
    X(SHIP_TOTAL_COST, SHIPPING, "ShippingTotalCost", MONEY)                                       \
    X(SHIP_TAX, SHIPPING, "ShippingTaxRate", MONEY)                                                \
    X(EBAY_SHIP_COST, SHIPPING, "eBayShippingCost", SECRET)                                        \
    X(DELIVERY_DATE, SHIPPING, "DeliveryDate", DATE)                                               \
    X(INFO1, INFO, "VorgangsInfo1", TEXT)                                                          \
    X(INFO2, INFO, "VorgangsInfo2", TEXT)                                                          \
    X(INFO3, INFO, "VorgangsInfo3", TEXT)                                                          \
    X(CUR_EBAY_SHIPPING, CURRENCY, "EbayShippingAmount", MONEY)                                    \
    X(CUR_SHIPPING, CURRENCY, "ShippingAmount", MONEY)                                             \
    X(CUR_SURCHARGE, CURRENCY, "PaymentSurcharge", MONEY)                                          \
    X(CUR_SURCHARGE_PERCENT, CURRENCY, "PaymentSurchargePerCent", MONEY)                           \
    X(CUR_INVOICE, CURRENCY, "InvoiceAmount", MONEY)                                               \
    X(CUR_RATE, CURRENCY, "ExchangeRate", MONEY)                                                   \
    X(CUR_PAID, CURRENCY, "PayedAmount", MONEY)

#define AB_ITEM_FIELDS(X)                                                                          \
    X(I_ITEM_ID, ORDER, "ItemID", PLAIN)                                                           \
    X(I_DETAILS_DONE, ORDER, "ItemDetailsDone", BOOL)                                              \
    X(I_ANR, ORDER, "Anr", PLAIN)                                                                  \
    X(I_ALT_NUMBER, ORDER, "AlternativeItemNumber", TEXT)                                          \
    X(I_ALT_NUMBER1, ORDER, "AlternativeItemNumber1", TEXT)                                        \
    X(I_PLATFORM_ORDER, ORDER, "PlatformSpecificOrderId", TEXT)                                    \
    X(I_PLATFORM_ITEM, ORDER, "PlatformSpecificItemId", TEXT)                                      \
    X(I_EBAY_TRANSACTION, ORDER, "eBayTransactionID", PLAIN)                                       \
    X(I_EBAY_PLUS, ORDER, "eBayPlusTransaction", WORD)                                             \
    X(I_SERVICE_LEVEL, ORDER, "FulfillmentServiceLevel", PLAIN)                                    \
    X(I_TYPE, ORDER, "InternalItemType", PLAIN)                                                    \
    X(I_PRIME, ORDER, "IsAmazonPrime", WORD)                                                       \
    X(I_BUSINESS, ORDER, "IsAmazonBusiness", WORD)                                                 \
    X(I_INVOICED, ORDER, "IsAmazonInvoiced", WORD)                                                 \
    X(I_EXTERNAL_INVOICE, ORDER, "IsExternalInvoice", WORD)                                        \
    X(I_FLAG, ORDER, "UserDefinedFlag", PLAIN)                                                     \
    X(I_TITLE, ORDER, "ItemTitle", TEXT)                                                           \
    X(I_QUANTITY, ORDER, "ItemQuantity", PLAIN)                                                    \
    X(I_PRICE, ORDER, "ItemPrice", MONEY)                                                          \
    X(I_TAX_RATE, ORDER, "TaxRate", MONEY)                                                         \
    X(I_TAX_BY, ORDER, "TaxCollectedBy", PLAIN)                                                    \
    X(I_WEIGHT, ORDER, "ItemWeight", MONEY)                                                        \
    X(I_END_DATE, ORDER, "ItemEndDate", DATE)                                                      \
    X(I_MOD_DATE, ORDER, "ItemModDate", DATE)                                                      \
    X(I_XML_DATE, ORDER, "ItemXmlDate", DATE)                                                      \
    X(I_PLATFORM, ORDER, "ItemPlatformName", PLAIN)                                                \
    X(I_LINK, ORDER, "ItemLink", TEXT)                                                             \
    X(I_EXTRA, ORDER, "", EXTRA)                                                                   \
    X(I_CUR_PRICE, CURRENCY, "ItemPrice", MONEY)                                                   \
    X(I_CUR_CODE, CURRENCY, "ItemPriceCode", PLAIN)                                                \
    X(I_CUR_SHIPPING, CURRENCY, "ItemShipping", MONEY)                                             \
    X(I_PRODUCT_ID, PRODUCT, "ProductID", PLAIN)                                                   \
    X(I_PRODUCT_NAME, PRODUCT, "Name", TEXT)                                                       \
    X(I_PRODUCT_EAN, PRODUCT, "EAN", TEXT)                                                         \
    X(I_PRODUCT_ANR, PRODUCT, "Anr", PLAIN)                                                        \
    X(I_PRODUCT_UNIT, PRODUCT, "UnitOfQuantity", TEXT)                                             \
    X(I_PRODUCT_FACTOR, PRODUCT, "BasepriceFactor", MONEY)                                         \
    X(I_PRODUCT_STOCK1, PRODUCT, "StockLocation1", TEXT)                                           \
    X(I_PRODUCT_STOCK2, PRODUCT, "StockLocation2", TEXT)                                           \
    X(I_PRODUCT_STOCK3, PRODUCT, "StockLocation3", TEXT)                                           \
    X(I_BASE_TYPE, BASE, "BaseProductType", PLAIN)                                                 \
    X(I_BASE_CHILD, BASE, "", PARTS)                                                               \
    X(I_ATTRIBUTE, ATTRIBUTES, "", PARTS)

#define AB_LABEL_FIELDS(X)                                                                         \
    X(L_ITEM_ID, ORDER, "ItemID", PLAIN)                                                           \
    X(L_PACKAGE, ORDER, "PackageNumber", PLAIN)                                                    \
    X(L_NUMBER, ORDER, "ParcelLabelNumber", PLAIN)                                                 \
    X(L_RETURN, ORDER, "ReturnLabelNumber", PLAIN)                                                 \
    X(L_QUANTITY, ORDER, "PackageQuantity", PLAIN)                                                 \
    X(L_WEIGHT, ORDER, "PackageWeight", MONEY)

#define AB_PRODUCT_FIELDS(X)                                                                       \
    X(P_ANR, ORDER, "Anr", PLAIN)                                                                  \
    X(P_EAN, ORDER, "EAN", TEXT)                                                                   \
    X(P_NAME, ORDER, "Name", TEXT)                                                                 \
    X(P_MOD_DATE, ORDER, "ModDate", DATE)                                                          \
    X(P_LAST_SALE, ORDER, "LastSale", DATE)                                                        \
    X(P_LAST_STOCK, ORDER, "LastStockChange", SECRET)                                              \
    X(P_VARIATION, ORDER, "VariationName", TEXT)                                                   \
    X(P_FLAG, ORDER, "BaseProductFlag", PLAIN)                                                     \
    X(P_WEIGHT, ORDER, "Weight", MONEY)                                                            \
    X(P_TAX, ORDER, "TaxRate", MONEY)                                                              \
    X(P_SELLING, ORDER, "SellingPrice", MONEY)                                                     \
    X(P_BUYING, ORDER, "BuyingPrice", MONEY)                                                       \
    X(P_DEALER, ORDER, "DealerPrice", MONEY)                                                       \
    X(P_UNIT, ORDER, "UnitOfQuantity", TEXT)                                                       \
    X(P_FACTOR, ORDER, "BasepriceFactor", MONEY)                                                   \
    X(P_LEVEL, ORDER, "Level", PLAIN)                                                              \
    X(P_TARIFF, ORDER, "CustomsTariffNumber", TEXT)                                                \
    X(P_ORIGIN, ORDER, "CountryOfOrigin", TEXT)                                                    \
    X(P_MAKER_NUMBER, ORDER, "ManufacturerPartNumber", TEXT)                                       \
    X(P_MAKER_TYPE, ORDER, "ManufacturerStandardProductIDType", TEXT)                              \
    X(P_MAKER_VALUE, ORDER, "ManufacturerStandardProductIDValue", TEXT)                            \
    X(P_BRAND, ORDER, "ProductBrand", TEXT)                                                        \
    X(P_SHIPPING_GROUP, ORDER, "ShippingGroup", TEXT)                                              \
    X(P_FREE1, ORDER, "FreeValue1", TEXT)                                                          \
    X(P_FREE2, ORDER, "FreeValue2", TEXT)                                                          \
    X(P_FREE3, ORDER, "FreeValue3", TEXT)                                                          \
    X(P_LOCATION1, ORDER, "Stocklocation_1", TEXT)                                                 \
    X(P_LOCATION2, ORDER, "Stocklocation_2", TEXT)                                                 \
    X(P_EXTRA, ORDER, "", EXTRA)                                                                   \
    X(P_STOCK, STOCK, "Stock", BOOL)                                                               \
    X(P_DISCONTINUED, STOCK, "Discontinued", BOOL)                                                 \
    X(P_MERGE, STOCK, "MergeStock", BOOL)                                                          \
    X(P_QUANTITY, STOCK, "Quantity", PLAIN)                                                        \
    X(P_AUCTION_QUANTITY, STOCK, "AuctionQuantity", PLAIN)                                         \
    X(P_MINIMUM, STOCK, "MinimumStock", PLAIN)                                                     \
    X(P_SHORT, MEMO, "ShortDescription", TEXT)                                                     \
    X(P_MEMO, MEMO, "Memo", TEXT)                                                                  \
    X(P_DESCRIPTION, MEMO, "Description", TEXT)                                                    \
    X(P_SKU, SKUS, "Sku", PARTS)                                                                   \
    X(P_TAG, TAGS, "Tag", PARTS)                                                                   \
    X(P_PART, BASE, "", PARTS)
/* clang-format on */

enum ab_group {
    AG_ORDER, /* the record itself */
    AG_PAYMENT,
    AG_BANK,
    AG_BILLING,
    AG_ADDRESS,
    AG_SHIPPING,
    AG_INFO,
    AG_CURRENCY,
    AG_PRODUCT,
    AG_BASE,
    AG_ATTRIBUTES,
    AG_STOCK,
    AG_MEMO,
    AG_SKUS,
    AG_TAGS,
    AG_GROUPS
};

#define X(id, group, name, style) AF_##id,
enum ab_order_field { AB_ORDER_FIELDS(X) AF_ORDER_FIELDS };
enum ab_item_field { AB_ITEM_FIELDS(X) AF_ITEM_FIELDS };
enum ab_label_field { AB_LABEL_FIELDS(X) AF_LABEL_FIELDS };
enum ab_product_field { AB_PRODUCT_FIELDS(X) AF_PRODUCT_FIELDS };
#undef X

struct ab_field {
    const char *name;
    enum ab_group group;
    enum ab_style style;
};

/* A kind of record: its rows and how many. */
struct ab_kind {
    const struct ab_field *fields;
    unsigned count;
};

extern const struct ab_kind ab_order_kind, ab_item_kind, ab_label_kind, ab_product_kind;

/* The field of that name (letter case aside) in a group; false when there is none. */
bool ab_field_find(const struct ab_kind *kind, enum ab_group group, const char *name, unsigned *id);

#endif
