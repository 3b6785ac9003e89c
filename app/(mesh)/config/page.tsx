import { ConfigHome } from "@/components/config/config-home";

export default function Page() {
  return <ConfigHome />;
}
