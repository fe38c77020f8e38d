import { useMemo } from "react";

import { type ChartData, type Said, stepOf } from "@/kit/chart/data";
import { type Column, DataTable } from "@/kit/DataTable";
import { period } from "@/kit/format";
import { Unknown } from "@/kit/Num";

/** The same values as a table. */
export default function ChartTable({ title, data, say }: { title: string; data: ChartData; say: Said }) {
  const columns = useMemo((): Column<number>[] => {
    const step = stepOf(data.at);
    return [
      {
        id: "at",
        header: "From",
        cell: (place) => <span className="num">{period(data.at[place] ?? 0, step)}</span>,
        sort: (place) => place,
        required: true,
      },
      ...data.series.map(({ id, label, values }): Column<number> => ({
        id: `of ${id}`,
        header: label,
        cell: (place) => {
          const value = values[place];
          return value == null ? <Unknown /> : <span className="num">{say(value)}</span>;
        },
        sort: (place) => values[place] ?? null,
        align: "end",
      })),
    ];
  }, [data, say]);
  return <DataTable label={title} rows={data.at.map((_, place) => place)} columns={columns} rowKey={String} />;
}
