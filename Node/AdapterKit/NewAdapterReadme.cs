namespace ProvincialGateway.AdapterKit;

/// <summary>What stands in a new folder for whoever opens it next.</summary>
internal static class NewAdapterReadme
{
    public static string OfTables(NewAdapter adapter, string assembly) => $"""
        # {adapter.Name}

        Adapter `{adapter.Id}` for division {adapter.Division.Code}, dialect `{adapter.Dialect}`. No code: the dialect's DLL (`{assembly}`) comes with the node.
        适配器 `{adapter.Id}`，只有表，没有代码；接口方言随节点提供。

        | file | what to do with it |
        |---|---|
        | `catalogue/items.csv` | the local catalogue; the rows that are there are samples, replace them by your own |
        | `catalogue/mappings.csv` | local item to exchange item |
        | `catalogue/codes.csv` | every other code |
        | `catalogue/unmapped.csv` | items that are not mapped on purpose, with the reason |
        | `samples/conformance/` | recorded messages: the self-check at every load; add your hospitals' own |
        | `samples/journey/` | one whole stay, for a rehearsal against a node |
        | `adapter.json` | raise `version` with every change |

        ```
        gateway adapters verify .
        gateway adapters pack . --out /srv/gateway/adapters
        ```

        The columns and the rules of every table: Adapters/README.md of the node's sources.

        """.ReplaceLineEndings("\n");
}
