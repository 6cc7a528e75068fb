/* The tables: Billbee's Swagger file, and the order of members in recorded answers. */
#include "sandbox/billbee_shape.h"

#define END                                                                                        \
    {                                                                                              \
        0                                                                                          \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, BB_TEXT, true, "null"                                                                \
    }
#define DATE(name)                                                                                 \
    {                                                                                              \
        name, BB_DATE, true, "null"                                                                \
    }
#define BOOL(name)                                                                                 \
    {                                                                                              \
        name, BB_BOOL, false, "false"                                                              \
    }
#define LONG(name)                                                                                 \
    {                                                                                              \
        name, BB_LONG, false, "0"                                                                  \
    }
#define LONG_OR_NULL(name)                                                                         \
    {                                                                                              \
        name, BB_LONG, true, "null"                                                                \
    }
#define INT(name, otherwise)                                                                       \
    {                                                                                              \
        name, BB_INT, false, otherwise                                                             \
    }
#define INT_OR_NULL(name)                                                                          \
    {                                                                                              \
        name, BB_INT, true, "null"                                                                 \
    }
#define NUMBER(name, zeros, otherwise)                                                             \
    {                                                                                              \
        name, BB_NUMBER, false, otherwise, NULL, zeros                                             \
    }
#define NUMBER_OR_NULL(name, zeros)                                                                \
    {                                                                                              \
        name, BB_NUMBER, true, "null", NULL, zeros                                                 \
    }
#define OBJECT(name, shape)                                                                        \
    {                                                                                              \
        name, BB_OBJECT, true, "null", shape                                                       \
    }
#define LIST(name, shape, otherwise)                                                               \
    {                                                                                              \
        name, BB_LIST, true, otherwise, shape                                                      \
    }
#define TEXTS(name)                                                                                \
    {                                                                                              \
        name, BB_TEXTS, true, "[]"                                                                 \
    }
#define ANY(name, otherwise)                                                                       \
    {                                                                                              \
        name, BB_ANY, true, otherwise                                                              \
    }
/* Changes over and over; bound as kind, written as a mark. */
#define LIVE(name, kind, null, shape, mark)                                                        \
    {                                                                                              \
        name, kind, null, "null", shape, 0, mark                                                   \
    }

const struct bb_field bb_address_shape[] = {
    LONG("BillbeeId"),    TEXT("FirstName"),   TEXT("LastName"),    TEXT("Company"),
    TEXT("NameAddition"), TEXT("Street"),      TEXT("HouseNumber"), TEXT("Zip"),
    TEXT("City"),         TEXT("CountryISO2"), TEXT("Country"),     TEXT("Line2"),
    TEXT("Email"),        TEXT("State"),       TEXT("Phone"),       END};

static const struct bb_field attribute_shape[] = {TEXT("Id"), TEXT("Name"), TEXT("Value"),
                                                  NUMBER("Price", 2, "0.00"), END};

static const struct bb_field image_shape[] = {TEXT("Url"), BOOL("IsDefaultImage"),
                                              INT_OR_NULL("Position"), TEXT("ExternalId"), END};

static const struct bb_field sold_product_shape[] = {TEXT("OldId"),
                                                     TEXT("Id"),
                                                     TEXT("Title"),
                                                     INT_OR_NULL("Weight"),
                                                     TEXT("SKU"),
                                                     TEXT("SkuOrId"),
                                                     BOOL("IsDigital"),
                                                     LIST("Images", image_shape, "null"),
                                                     TEXT("EAN"),
                                                     TEXT("PlatformData"),
                                                     TEXT("TARICCode"),
                                                     TEXT("CountryOfOrigin"),
                                                     LONG_OR_NULL("BillbeeId"),
                                                     INT("Type", "1"),
                                                     END};

const struct bb_field bb_item_shape[] = {LONG("BillbeeId"),
                                         TEXT("TransactionId"),
                                         OBJECT("Product", sold_product_shape),
                                         NUMBER("Quantity", 3, "0.000"),
                                         NUMBER("TotalPrice", 7, "0.0000000"),
                                         NUMBER("TaxAmount", 7, "0.0000000"),
                                         INT_OR_NULL("TaxIndex"),
                                         NUMBER("Discount", 1, "0.0"),
                                         LIST("Attributes", attribute_shape, "[]"),
                                         BOOL("GetPriceFromArticleIfAny"),
                                         BOOL("IsCoupon"),
                                         BOOL("IsDiscount"),
                                         TEXT("ShippingProfileId"),
                                         BOOL("DontAdjustStock"),
                                         NUMBER("UnrebatedTotalPrice", 11, "0.00000000000"),
                                         TEXT("SerialNumber"),
                                         TEXT("InvoiceSKU"),
                                         LONG_OR_NULL("StockId"),
                                         END};

static const struct bb_field user_shape[] = {TEXT("Platform"),
                                             TEXT("BillbeeShopName"),
                                             LONG_OR_NULL("BillbeeShopId"),
                                             TEXT("Id"),
                                             TEXT("Nick"),
                                             TEXT("FirstName"),
                                             TEXT("LastName"),
                                             TEXT("FullName"),
                                             TEXT("Email"),
                                             END};

static const struct bb_field comment_shape[] = {LONG("Id"),   BOOL("FromCustomer"), TEXT("Text"),
                                                TEXT("Name"), DATE("Created"),      END};

static const struct bb_field payment_shape[] = {LONG("BillbeeId"),
                                                TEXT("TransactionId"),
                                                DATE("PayDate"),
                                                INT_OR_NULL("PaymentType"),
                                                TEXT("SourceTechnology"),
                                                TEXT("SourceText"),
                                                NUMBER("PayValue", 2, "0.00"),
                                                TEXT("Purpose"),
                                                TEXT("Name"),
                                                END};

const struct bb_field bb_shipment_shape[] = {LONG("BillbeeId"),
                                             TEXT("ShippingId"),
                                             TEXT("Shipper"),
                                             DATE("Created"),
                                             TEXT("TrackingUrl"),
                                             LONG_OR_NULL("ShippingProviderId"),
                                             LONG_OR_NULL("ShippingProviderProductId"),
                                             INT_OR_NULL("ShippingCarrier"),
                                             INT_OR_NULL("ShipmentType"),
                                             END};

const struct bb_field bb_order_shape[] = {
    NUMBER("RebateDifference", 2, "0.00"),
    LIVE("ShippingIds", BB_LIST, true, bb_shipment_shape, 's'),
    BOOL("AcceptLossOfReturnRight"),
    TEXT("Id"),
    TEXT("OrderNumber"),
    LIVE("State", BB_INT, false, NULL, 'S'),
    INT("VatMode", "0"),
    {"CreatedAt", BB_DATE, false, "null"},
    LIVE("ShippedAt", BB_DATE, true, NULL, 'h'),
    DATE("ConfirmedAt"),
    LIVE("PayedAt", BB_DATE, true, NULL, 'p'),
    TEXT("SellerComment"),
    LIST("Comments", comment_shape, "[]"),
    TEXT("InvoiceNumberPrefix"),
    TEXT("InvoiceNumberPostfix"),
    INT_OR_NULL("InvoiceNumber"),
    DATE("InvoiceDate"),
    OBJECT("InvoiceAddress", bb_address_shape),
    OBJECT("ShippingAddress", bb_address_shape),
    INT("PaymentMethod", "22"),
    NUMBER("ShippingCost", 2, "0.00"),
    NUMBER("TotalCost", 2, "0.00"),
    NUMBER("AdjustmentCost", 2, "0.00"),
    TEXT("AdjustmentReason"),
    LIST("OrderItems", bb_item_shape, "[]"),
    TEXT("Currency"),
    OBJECT("Seller", user_shape),
    OBJECT("Buyer", user_shape),
    DATE("UpdatedAt"),
    NUMBER("TaxRate1", 2, "19.00"),
    NUMBER("TaxRate2", 2, "7.00"),
    LONG("BillBeeOrderId"),
    LONG_OR_NULL("BillBeeParentOrderId"),
    TEXT("VatId"),
    LIVE("Tags", BB_TEXTS, true, NULL, 'T'),
    NUMBER_OR_NULL("ShipWeightKg", 3),
    TEXT("LanguageCode"),
    NUMBER_OR_NULL("PaidAmount", 2),
    TEXT("ShippingProfileId"),
    LONG_OR_NULL("ShippingProviderId"),
    LONG_OR_NULL("ShippingProviderProductId"),
    TEXT("ShippingProviderName"),
    TEXT("ShippingProviderProductName"),
    TEXT("ShippingProfileName"),
    TEXT("PaymentInstruction"),
    TEXT("IsCancelationFor"),
    TEXT("PaymentTransactionId"),
    TEXT("DistributionCenter"),
    TEXT("DeliverySourceCountryCode"),
    TEXT("CustomInvoiceNote"),
    TEXT("CustomerNumber"),
    TEXT("PaymentReference"),
    ANY("ShippingServices", "null"),
    ANY("Customer", "null"),
    LIVE("History", BB_ANY, true, NULL, 'H'),
    LIST("Payments", payment_shape, "[]"),
    LIVE("LastModifiedAt", BB_DATE, true, NULL, 'M'),
    DATE("ArchivedAt"),
    DATE("RestoredAt"),
    LONG_OR_NULL("ApiAccountId"),
    TEXT("ApiAccountName"),
    TEXT("MerchantVatId"),
    TEXT("CustomerVatId"),
    BOOL("IsFromBillbeeApi"),
    TEXT("WebUrl"),
    END};

static const struct bb_field language_shape[] = {TEXT("Text"), TEXT("LanguageCode"), END};
static const struct bb_field category_shape[] = {TEXT("Name"), LONG("Id"), END};
static const struct bb_field part_shape[] = {NUMBER("Amount", 2, "1.00"), LONG("ArticleId"),
                                             TEXT("SKU"), END};

static const struct bb_field source_shape[] = {INT("Id", "0"),
                                               {"Source", BB_TEXT, false, "\"\""},
                                               {"SourceId", BB_TEXT, false, "\"\""},
                                               TEXT("ApiAccountName"),
                                               LONG_OR_NULL("ApiAccountId"),
                                               NUMBER_OR_NULL("ExportFactor", 1),
                                               ANY("StockSyncInactive", "null"),
                                               NUMBER_OR_NULL("StockSyncMin", 1),
                                               NUMBER_OR_NULL("StockSyncMax", 1),
                                               NUMBER_OR_NULL("UnitsPerItem", 1),
                                               ANY("Custom", "null"),
                                               END};

const struct bb_field bb_article_shape[] = {
    LIST("InvoiceText", language_shape, "[]"),
    TEXT("Manufacturer"),
    LONG("Id"),
    LIST("Title", language_shape, "[]"),
    LIST("Description", language_shape, "[]"),
    LIST("ShortDescription", language_shape, "[]"),
    LIST("BasicAttributes", language_shape, "[]"),
    ANY("Images", "[]"),
    INT("VatIndex", "1"),
    NUMBER("Price", 5, "0.00000"),
    NUMBER_OR_NULL("CostPrice", 5),
    NUMBER("Vat1Rate", 2, "19.00"),
    NUMBER("Vat2Rate", 2, "7.00"),
    NUMBER_OR_NULL("StockDesired", 3),
    LIVE("StockCurrent", BB_NUMBER, true, NULL, 'c'),
    NUMBER_OR_NULL("StockWarning", 3),
    TEXT("SKU"),
    TEXT("EAN"),
    LIST("Materials", language_shape, "[]"),
    LIST("Tags", language_shape, "[]"),
    LIST("Sources", source_shape, "[]"),
    INT_OR_NULL("Weight"),
    INT_OR_NULL("WeightNet"),
    BOOL("LowStock"),
    TEXT("StockCode"),
    NUMBER_OR_NULL("StockReduceItemsPerSale", 1),
    LIVE("Stocks", BB_ANY, true, NULL, 'k'),
    OBJECT("Category1", category_shape),
    OBJECT("Category2", category_shape),
    OBJECT("Category3", category_shape),
    INT("Type", "1"),
    INT_OR_NULL("Unit"),
    NUMBER_OR_NULL("UnitsPerItem", 1),
    NUMBER_OR_NULL("SoldAmount", 1),
    NUMBER_OR_NULL("SoldSumGross", 2),
    NUMBER_OR_NULL("SoldSumNet", 2),
    NUMBER_OR_NULL("SoldSumNetLast30Days", 2),
    NUMBER_OR_NULL("SoldSumGrossLast30Days", 2),
    NUMBER_OR_NULL("SoldAmountLast30Days", 1),
    LONG_OR_NULL("ShippingProductId"),
    BOOL("IsDigital"),
    BOOL("IsCustomizable"),
    INT_OR_NULL("DeliveryTime"),
    INT_OR_NULL("Recipient"),
    INT_OR_NULL("Occasion"),
    TEXT("CountryOfOrigin"),
    TEXT("ExportDescription"),
    LIST("ExportDescriptionMultiLanguage", language_shape, "[]"),
    TEXT("TaricNumber"),
    INT_OR_NULL("Condition"),
    NUMBER_OR_NULL("WidthCm", 2),
    NUMBER_OR_NULL("LengthCm", 2),
    NUMBER_OR_NULL("HeightCm", 2),
    LIST("BillOfMaterial", part_shape, "[]"),
    ANY("CustomFields", "[]"),
    ANY("IsDeactivated", "false"),
    END};

const struct bb_field bb_stock_update_shape[] = {LONG_OR_NULL("BillbeeId"),
                                                 TEXT("Sku"),
                                                 LONG_OR_NULL("StockId"),
                                                 TEXT("Reason"),
                                                 NUMBER_OR_NULL("OldQuantity", 1),
                                                 NUMBER_OR_NULL("NewQuantity", 1),
                                                 NUMBER("DeltaQuantity", 1, "0.0"),
                                                 BOOL("ForceSendStockToShops"),
                                                 BOOL("AutosubtractReservedAmount"),
                                                 TEXT("StockCode"),
                                                 END};

const struct bb_field bb_add_shipment_shape[] = {TEXT("ShippingId"),
                                                 TEXT("OrderId"),
                                                 TEXT("Comment"),
                                                 LONG_OR_NULL("ShippingProviderId"),
                                                 LONG_OR_NULL("ShippingProviderProductId"),
                                                 INT_OR_NULL("CarrierId"),
                                                 INT_OR_NULL("ShipmentType"),
                                                 END};

const struct bb_field bb_webhook_shape[] = {{"Secret", BB_TEXT, false, "\"\""},
                                            TEXTS("Filters"),
                                            ANY("Headers", "{}"),
                                            ANY("Properties", "{}"),
                                            TEXT("Id"),
                                            {"WebHookUri", BB_TEXT, false, "\"\""},
                                            TEXT("Description"),
                                            BOOL("IsPaused"),
                                            END};
