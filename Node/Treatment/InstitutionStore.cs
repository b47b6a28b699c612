using System.Security.Cryptography;
using System.Text;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>The designated institutions of this province that may call the hospital port.</summary>
internal static class InstitutionStore
{
    private const int TokenBytes = 32;

    private const string Rows =
        """
        SELECT code, name, division, level, price_level, deductible_level, visit_kinds, adapter, dialect, s.reason AS suspension_reason, s.until AS suspended_until
        FROM institution LEFT JOIN suspension s ON s.institution_code = code AND s.ended_at_ms IS NULL
        """;

    public static InstitutionRow? ByToken(Session session, string token) =>
        session.QuerySingleOrDefault<InstitutionRow>($"{Rows} WHERE token_hash = @hash", new { hash = HashOf(token) });

    public static InstitutionRow? ByCode(Session session, string code) =>
        session.QuerySingleOrDefault<InstitutionRow>($"{Rows} WHERE code = @code", new { code });

    public static IReadOnlyList<InstitutionRow> All(Session session) => session.Query<InstitutionRow>($"{Rows} ORDER BY code");

    public static void Insert(Session session, InstitutionRow institution, byte[] tokenHash) => session.ExecuteExpecting(1,
        """
        INSERT INTO institution (code, name, division, level, price_level, deductible_level, visit_kinds, adapter, dialect, token_hash)
        VALUES (@Code, @Name, @Division, @Level, @PriceLevel, @DeductibleLevel, @VisitKinds, @Adapter, @Dialect, @tokenHash)
        """,
        Parameters(institution, tokenHash));

    /// <summary>Everything but the token and a suspension, which have commands of their own.</summary>
    public static void Update(Session session, InstitutionRow institution) => session.ExecuteExpecting(1,
        """
        UPDATE institution SET name = @Name, division = @Division, level = @Level, price_level = @PriceLevel, deductible_level = @DeductibleLevel,
          visit_kinds = @VisitKinds, adapter = @Adapter, dialect = @Dialect
        WHERE code = @Code
        """,
        Parameters(institution, tokenHash: null));

    /// <summary>Gives the institution a new token; the old one stops working when the transaction commits. Null when there is no such institution.</summary>
    public static string? RotateToken(Session session, string code)
    {
        var token = NewToken();
        return session.Execute("UPDATE institution SET token_hash = @hash WHERE code = @code", new { code, hash = HashOf(token) }) == 1 ? token : null;
    }

    /// <summary>256 random bits in URL-safe text: shown once, when it is made.</summary>
    public static string NewToken() =>
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(TokenBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static object Parameters(InstitutionRow institution, byte[]? tokenHash) => new
    {
        institution.Code,
        institution.Name,
        institution.Division,
        institution.Level,
        institution.PriceLevel,
        institution.DeductibleLevel,
        institution.VisitKinds,
        institution.Adapter,
        institution.Dialect,
        tokenHash,
    };
}
