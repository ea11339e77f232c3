import { encodeCsv } from "./encode-csv.ts";
import type { UsageGroup } from "./read-usage.ts";
import { addDays, firstOfNextMonth, type TimeZone } from "./time-zone.ts";

/** The dimensions of a charge, in the order of a group's key behind its day. */
export const FOCUS_DIMENSIONS = ["issuer", "tenant", "subject", "provider", "model"] as const;

const COLUMNS = [
  "BilledCost",
  "BillingAccountId",
  "BillingAccountName",
  "BillingCurrency",
  "BillingPeriodEnd",
  "BillingPeriodStart",
  "ChargeCategory",
  "ChargeClass",
  "ChargeDescription",
  "ChargeFrequency",
  "ChargePeriodEnd",
  "ChargePeriodStart",
  "ConsumedQuantity",
  "ConsumedUnit",
  "ContractedCost",
  "EffectiveCost",
  "InvoiceIssuerName",
  "ListCost",
  "PricingCategory",
  "PricingQuantity",
  "PricingUnit",
  "ProviderName",
  "PublisherName",
  "ResourceId",
  "ServiceCategory",
  "ServiceName",
  "ServiceSubcategory",
  "SkuId",
  "SubAccountId",
  "SubAccountName",
  "Tags",
] as const;

/**
 * Usage as FOCUS 1.2 (the FinOps Open Cost and Usage Specification): two charges for each day and
 * group, the input and the output. Costs are by list price, and nothing of a contract is known
 * here, so all four cost columns agree. Unit prices are left out: they may differ within a day.
 */
export function encodeFocus(groups: readonly UsageGroup[], zone: TimeZone): string {
  const rows = groups.flatMap(({ key, sums }) => {
    const [day = "", issuer = "", tenant = "", subject = "", provider = "", model = ""] = key;
    const month = `${day.slice(0, 7)}-01`;
    const time = (of: string) => new Date(zone.startOf(of)).toISOString().replace(".000Z", "Z");
    const charge = (part: string, tokens: number, nanos: number) => {
      const cost = nanos / 1e9;
      const values: Record<(typeof COLUMNS)[number], string | number | null> = {
        BilledCost: cost,
        BillingAccountId: issuer,
        BillingAccountName: issuer,
        BillingCurrency: "USD",
        BillingPeriodEnd: time(firstOfNextMonth(month)),
        BillingPeriodStart: time(month),
        ChargeCategory: "Usage",
        ChargeClass: null,
        ChargeDescription: `${part} tokens of ${model}`,
        ChargeFrequency: "Usage-Based",
        ChargePeriodEnd: time(addDays(day, 1)),
        ChargePeriodStart: time(day),
        ConsumedQuantity: tokens,
        ConsumedUnit: "Tokens",
        ContractedCost: cost,
        EffectiveCost: cost,
        InvoiceIssuerName: provider,
        ListCost: cost,
        PricingCategory: "Standard",
        PricingQuantity: tokens / 1e6,
        PricingUnit: "1M Tokens",
        ProviderName: provider,
        PublisherName: provider,
        ResourceId: model,
        ServiceCategory: "AI and Machine Learning",
        ServiceName: provider,
        ServiceSubcategory: "Generative AI",
        SkuId: `${provider}/${model}/${part.toLowerCase()}`,
        SubAccountId: tenant,
        SubAccountName: tenant,
        Tags: JSON.stringify({ subject }),
      };
      return COLUMNS.map((name) => values[name]);
    };
    return [
      charge("Input", sums.input_tokens, sums.input_cost_nanos),
      charge("Output", sums.output_tokens, sums.output_cost_nanos),
    ];
  });
  return encodeCsv(COLUMNS, rows);
}
