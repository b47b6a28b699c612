using System.Security.Cryptography;
using System.Text;
using ProvincialGateway.Storage;
using ProvincialGateway.Treatment;
using ProvincialGateway.Values;

namespace ProvincialGateway.Tests.Oversight;

/// <summary>The fee lines of a stay between the two provinces.</summary>
internal static class BilledLines
{
    /// <summary>A drug with a refund, an item above its limit, two self-paid items of which one is negative, and a withdrawn line.</summary>
    public static void Add(Session session, long visit, DateTimeOffset now)
    {
        var id = TransactionId.Create(TwoProvinces.Treatment, now, 9_000_000_000 + visit).Text;
        FeeLineStore.Insert(session, Line(visit, id, "1", priceE4: 1_000_000, quantityE2: 30_000, preSelfPay: 300_000, inScope: 2_700_000));
        FeeLineStore.Insert(session, Line(visit, id, "2", priceE4: 2_000_000, quantityE2: 1_000, overLimit: 50_000, inScope: 150_000));
        FeeLineStore.Insert(session, Line(visit, id, "3", priceE4: 333_333, quantityE2: 1_000, fullSelfPay: 33_333));
        FeeLineStore.Insert(session, Line(visit, id, "4", priceE4: 5_000, quantityE2: -100, fullSelfPay: -50));
        FeeLineStore.Insert(session, Line(visit, id, "5", priceE4: 10_000, quantityE2: 100, fullSelfPay: 100));
        var drug = FeeLineStore.BySerial(session, visit, "1")!.Id;
        FeeLineStore.Insert(session, Line(visit, id, "1/r", priceE4: 1_000_000, quantityE2: -3_000, preSelfPay: -30_000, inScope: -270_000, refundOf: drug));
        var withdrawal = TransactionId.Create(TwoProvinces.Treatment, now, 8_000_000_000 + visit).Text;
        FeeLineStore.InsertWithdrawal(session, withdrawal, visit, FeeLineStore.Withdraw(session, visit, "5", withdrawal), waitingCount: 0);
    }

    private static FeeLineRow Line(
        long visit, string id, string serial, long priceE4, long quantityE2, long fullSelfPay = 0, long overLimit = 0, long preSelfPay = 0, long inScope = 0, long? refundOf = null) => new()
        {
            VisitId = visit,
            TransactionId = id,
            LineSerial = serial,
            ContentHash = SHA256.HashData(Encoding.UTF8.GetBytes(serial)),
            LocalCode = "X1",
            LocalName = "测试项目",
            FeeCategory = serial.StartsWith('1') ? "09" : "14",
            ItemClass = fullSelfPay != 0 ? "03" : "02",
            SelfPayBasisPoints = 1_000,
            UnitPriceE4 = priceE4,
            QuantityE2 = quantityE2,
            AmountFen = fullSelfPay + overLimit + preSelfPay + inScope,
            FullSelfPayFen = fullSelfPay,
            OverLimitFen = overLimit,
            PreSelfPayFen = preSelfPay,
            InScopeFen = inScope,
            FeeDate = "2024-06-01",
            CatalogueKind = serial.StartsWith('1') ? "101" : "201",
            // The lines of one bill may be split by two versions.
            CatalogueVersion = serial.StartsWith('1') ? PreparedBooks.FirstVersion : PreparedBooks.SecondVersion,
            RefundOf = refundOf,
            Details = "{}",
        };
}
