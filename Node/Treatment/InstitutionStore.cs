using System.Security.Cryptography;
using System.Text;
using ProvincialGateway.Storage;

namespace ProvincialGateway.Treatment;

/// <summary>The designated institutions of this province that may call the hospital port.</summary>
internal static class InstitutionStore
{
    private const int TokenBytes = 32;
    private const string Columns = "code, name, division, level, adapter";

    public static InstitutionRow? ByToken(Session session, string token) => session.QuerySingleOrDefault<InstitutionRow>(
        $"SELECT {Columns} FROM institution WHERE token_hash = @hash", new { hash = HashOf(token) });

    public static InstitutionRow? ByCode(Session session, string code) => session.QuerySingleOrDefault<InstitutionRow>(
        $"SELECT {Columns} FROM institution WHERE code = @code", new { code });

    public static bool Exists(Session session, string code) =>
        session.QuerySingle<long>("SELECT count(*) FROM institution WHERE code = @code", new { code }) > 0;

    /// <summary>Inserts or updates an institution; the token of a known one is kept unless a new hash is given.</summary>
    public static void Put(Session session, InstitutionRow institution, byte[]? tokenHash) => session.ExecuteExpecting(1,
        tokenHash is null
            ? "UPDATE institution SET name = @Name, division = @Division, level = @Level, adapter = @Adapter WHERE code = @Code"
            : """
              INSERT INTO institution (code, name, division, level, adapter, token_hash) VALUES (@Code, @Name, @Division, @Level, @Adapter, @tokenHash)
              ON CONFLICT (code) DO UPDATE SET name = excluded.name, division = excluded.division, level = excluded.level, adapter = excluded.adapter,
                token_hash = excluded.token_hash
              """,
        new { institution.Code, institution.Name, institution.Division, institution.Level, institution.Adapter, tokenHash });

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
}
