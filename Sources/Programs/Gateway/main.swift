import GatewayService

await GatewayProgram.main()
